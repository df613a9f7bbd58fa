"""The vocabulary of a fictional house: no brand, model or person here is a real one."""

from dataclasses import dataclass

from domain.catalogue import BrandKind
from domain.localized import Localized


@dataclass(frozen=True, slots=True)
class BrandWord:
    """`tier` is how dear the brand is in percent of the ordinary; `lines` are the categories that it makes."""

    slug: str
    kind: BrandKind
    name: Localized
    country: str
    tier: int
    lines: tuple[str, ...]
    alias: str


def brand(line: str) -> BrandWord:
    slug, kind, en, zh, country, tier, lines, alias = (part.strip() for part in line.split("|"))
    return BrandWord(slug, BrandKind(kind), Localized(en, zh), country, int(tier), tuple(lines.split()), alias)


def pairs(text: str) -> tuple[Localized, ...]:
    """`English 中文, …` as localized words; the Chinese is what follows the last space."""
    return tuple(Localized(*part.strip().rsplit(" ", 1)) for part in text.replace("\n", " ").split(","))


BRANDS = tuple(
    brand(line)
    for line in """
aurevel | MAISON | Maison Aurevel | 奥瑞薇 | FR | 240 | bags accessories shoes | Aurevelle
verrault-cie | MAISON | Verrault & Cie | 维罗 | FR | 190 | bags clothing | Verault
brevigny | MAISON | Brévigny | 贝薇妮 | FR | 160 | clothing shoes accessories | Brevigny
lorentori | MAISON | Casa Lorentori | 洛伦托里 | IT | 170 | bags shoes | Lorentory
tessarini-vico | MAISON | Tessarini Vico | 泰萨里尼 | IT | 130 | bags accessories | Tesarini
bellacorte | MAISON | Bellacorte | 贝拉科特 | IT | 120 | clothing shoes | Bella Corte
santovari | MAISON | Santovari | 桑托瓦里 | IT | 150 | jewellery accessories | Santo Vari
marchetto-darno | MAISON | Marchetto d’Arno | 马凯托 | IT | 110 | bags home | Marchetto
halvorn | MAISON | Halvorn Genève | 哈沃恩 | CH | 420 | watches | Halvorn Geneve
uhrenthal | MAISON | Uhrenthal | 乌仑塔尔 | CH | 260 | watches | Uhrental
monteval-freres | MAISON | Monteval Frères | 蒙特瓦 | CH | 330 | watches jewellery | Monteval
kestner-brandt | MAISON | Kestner & Brandt | 凯斯纳 | DE | 140 | watches accessories | Kestner
orsolay | MAISON | Orsolay | 奥索蕾 | FR | 310 | jewellery | Orsolais
delacrine | MAISON | Delacrine | 德拉克琳 | FR | 220 | jewellery watches | De la Crine
ashcombe-rye | MAISON | Ashcombe & Rye | 阿什库姆 | GB | 115 | clothing accessories | Ashcombe
pemberlane | MAISON | Pemberlane | 彭伯雷恩 | GB | 105 | shoes clothing | Pember Lane
thornwick-vale | MAISON | Thornwick Vale | 索恩维克 | GB | 95 | shoes bags | Thornwick
galdamera | MAISON | Galdamera | 加尔达梅 | ES | 100 | bags shoes | Galdamara
moravane | MAISON | Ateliê Moravane | 莫拉万 | PT | 85 | home shoes | Atelie Moravane
fjellborg | MAISON | Fjellborg | 菲尔堡 | NO | 90 | clothing accessories | Fjelborg
lindqvarn | MAISON | Lindqvarn | 林德瓦 | SE | 88 | home accessories | Lindkvarn
kurokaze-do | MAISON | Kurokaze-dō | 黑风堂 | JP | 135 | clothing bags | Kurokaze
tsukimoriya | MAISON | Tsukimoriya | 月森屋 | JP | 125 | bags jewellery | Tsukimori
hanashiro-an | MAISON | Hanashiro-an | 花城庵 | JP | 92 | home clothing | Hanashiro
seoryeon-dam | MAISON | Seoryeon Dam | 瑞莲潭 | KR | 86 | clothing shoes | Seoryeondam
whitlock-harbor | MAISON | Whitlock Harbor | 惠特洛克 | US | 98 | clothing bags | Whitlock
hollis-marden | MAISON | Hollis Marden | 霍利斯马登 | US | 112 | bags jewellery | Hollis
vandersteegh | MAISON | Vandersteegh | 范德斯蒂 | BE | 128 | clothing bags | Van der Steegh
sorrentelle | MAISON | Sorrentelle | 索伦黛尔 | IT | 118 | shoes accessories | Sorentelle
villa-esmarra | MAISON | Villa Esmarra | 埃斯玛拉 | IT | 94 | home | Esmarra
lin-yueran | DESIGNER | Lin Yueran | 林悦然 | CN | 96 | clothing accessories | Yueran Lin
qiye-studio | DESIGNER | Qiye Studio | 七夜工作室 | CN | 82 | clothing shoes | Seven Nights
moshang-li | DESIGNER | Moshang Li | 陌上里 | CN | 78 | bags clothing | Moshangli
suheng-ji | DESIGNER | Suheng Ji | 素珩记 | CN | 104 | jewellery | Suhengji
wanxiang-xu | DESIGNER | Wanxiang Xu | 晚巷叙 | CN | 74 | bags accessories | Wanxiangxu
yunbo-fang | DESIGNER | Yunbo Fang | 云泊坊 | CN | 80 | home accessories | Yunbofang
tangluo-yin | DESIGNER | Tangluo Yin | 棠落吟 | CN | 88 | clothing jewellery | Tangluoyin
jingzhe-she | DESIGNER | Jingzhe She | 惊蛰舍 | CN | 76 | shoes bags | Jingzheshe
cercle-atelier | OWN_LABEL | Cercle Atelier | 循环工坊 | CN | 60 | bags accessories services | Cercle
cercle-maison | OWN_LABEL | Cercle Maison | 循环家居 | CN | 55 | home services | Cercle Home
""".strip().splitlines()
)

MODELS = pairs(
    """
Lune 月影, Rivage 彼岸, Aube 破晓, Sillage 余香, Velours 绒语, Ombrelle 阳伞, Passerelle 栈桥, Marée 潮汐,
Clairière 林间, Équinoxe 秋分, Serein 静夜, Ricochet 涟漪, Belvédère 望台, Nocturne 夜曲, Farandole 轮舞,
Palissandre 花梨, Solstice 夏至, Tramontane 北风, Volute 涡卷, Zéphyr 和风, Corniche 崖道, Lagune 泻湖,
Mistral 海风, Orangerie 橘园, Pavane 孔雀舞, Quatrain 绝句, Rêverie 遐思, Sérénade 小夜曲, Trianon 小苑,
Vendange 葡月, Alba 晨曦, Brezza 微风, Cascata 飞瀑, Dolcezza 甘露, Fioritura 花期, Girandola 风车, Lanterna 灯塔,
Meriggio 正午, Nuvola 浮云, Pergola 藤廊, Harbour 港湾, Juniper 杜松, Larkspur 飞燕, Meadow 草甸, Orchard 果园,
Rookery 鸦巢, Saltmarsh 盐沼, Tidewater 潮水, Willow 垂柳, Yarrow 蓍草, Kasumi 霞, Shigure 时雨, Komorebi 木漏日,
Yukimi 雪见, Matsukaze 松风, Qingping 青萍, Shuangjiang 霜降, Tinglan 听澜, Wangshu 望舒, Xiaoman 小满
    """
)

COLOURS = dict(
    zip(
        ("black", "ivory", "sand", "cognac", "bordeaux", "navy", "forest", "slate"),
        pairs(
            "Black 黑色, Ivory 象牙白, Sand 沙色, Cognac 干邑棕,"
            " Bordeaux 酒红, Navy 海军蓝, Forest 森林绿, Slate 石板灰"
        ),
        strict=True,
    )
)

CONDITIONS = {
    "NEW": Localized(
        "As it left the workshop, never used.",
        "出厂原样，未曾使用。",
    ),
    "PRISTINE": Localized(
        "No trace of use; the protective film is still on the metal.",
        "全无使用痕迹，五金护膜尚在。",
    ),
    "EXCELLENT": Localized(
        "Used with care; faint marks on the base that only a loupe finds.",
        "爱惜使用，底部微痕，需放大镜方见。",
    ),
    "VERY_GOOD": Localized(
        "Light wear at the corners, the shape is as it should be.",
        "边角轻微磨损，版型完好。",
    ),
    "GOOD": Localized(
        "Visible signs of a life well lived, all in working order.",
        "可见使用痕迹，功能一切正常。",
    ),
    "FAIR": Localized(
        "Much loved; worn at the edges, priced accordingly.",
        "久经岁月，边缘磨损，价格已作体现。",
    ),
}

SURNAMES = pairs(
    """
Lin 林, Chen 陈, Zhou 周, Xu 徐, Shen 沈, Gu 顾, Lu 陆, Song 宋, Tang 唐, Jiang 江, Ye 叶, Fang 方
    """
)

GIVEN = pairs(
    """
Jia 佳, Yuxuan 雨轩, Mengyao 梦瑶, Zihan 子涵, Siyuan 思远, Ruolan 若兰, Haoran 浩然, Wanqing 婉清, Mingzhe 明哲,
Shuyi 舒怡
    """
)

EUROPEANS = (
    "Camille Morvan",
    "Élise Garnaud",
    "Tomaso Belvedri",
    "Ines Carvalhal",
    "Greta Sandqvarn",
    "Oliver Penhale",
    "Maud Verlinck",
    "Jonas Ackerholt",
    "Paloma Irazusta",
    "Bruno Castellane",
)
