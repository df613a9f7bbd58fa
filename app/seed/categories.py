"""The tree of categories with what products in each are described by."""

from dataclasses import dataclass

from domain.attribute import AttributeDefinition, AttributeKind, Choice
from domain.localized import Localized

T = Localized
NUMBER, BOOLEAN, CHOICE, TEXT = (
    AttributeKind.NUMBER,
    AttributeKind.BOOLEAN,
    AttributeKind.CHOICE,
    AttributeKind.TEXT,
)


@dataclass(frozen=True, slots=True)
class CategoryWord:
    """`base` is an ordinary price of new in whole yuan; `form` is what a product's name ends in."""

    slug: str
    name: Localized
    form: Localized
    base: int
    attributes: tuple[AttributeDefinition, ...] = ()
    below: tuple["CategoryWord", ...] = ()


def number(code: str, en: str, zh: str, unit: str) -> AttributeDefinition:
    return AttributeDefinition(code, NUMBER, T(en, zh), unit=unit)


def choice(code: str, en: str, zh: str, *choices: tuple[str, str, str], required: bool = False) -> AttributeDefinition:
    allowed = tuple(Choice(name, T(label, chinese)) for name, label, chinese in choices)
    return AttributeDefinition(code, CHOICE, T(en, zh), required=required, choices=allowed)


LEATHERS = (
    ("calf", "Calfskin", "小牛皮"),
    ("lamb", "Lambskin", "小羊皮"),
    ("grained", "Grained leather", "荔枝纹皮"),
    ("suede", "Suede", "麂皮"),
    ("canvas", "Canvas", "帆布"),
)
METALS = (
    ("gold_yellow", "Yellow gold", "黄金"),
    ("gold_rose", "Rose gold", "玫瑰金"),
    ("gold_white", "White gold", "白金"),
    ("platinum", "Platinum", "铂金"),
    ("silver", "Silver", "纯银"),
    ("steel", "Steel", "精钢"),
)
FABRICS = (
    ("silk", "Silk", "真丝"),
    ("wool", "Wool", "羊毛"),
    ("cashmere", "Cashmere", "羊绒"),
    ("cotton", "Cotton", "棉"),
    ("linen", "Linen", "亚麻"),
)


def leaf(slug: str, en: str, zh: str, form_en: str, form_zh: str, base: int) -> CategoryWord:
    return CategoryWord(slug, T(en, zh), T(form_en, form_zh), base)


ROOTS = (
    CategoryWord(
        "bags",
        T("Bags", "包袋"),
        T("Bag", "手袋"),
        14_000,
        (
            choice("leather", "Material", "材质", *LEATHERS, required=True),
            choice("hardware", "Hardware", "五金", ("gold", "Gold tone", "金色"), ("silver", "Silver tone", "银色")),
            number("width", "Width", "宽", "cm"),
            number("height", "Height", "高", "cm"),
            number("strap_length", "Strap length", "肩带长", "cm"),
        ),
        (
            leaf("totes", "Totes", "托特包", "Tote", "托特包", 13_500),
            CategoryWord(
                "shoulder-bags",
                T("Shoulder bags", "单肩包"),
                T("Shoulder Bag", "单肩包"),
                16_500,
                below=(
                    leaf("crossbody-bags", "Crossbody bags", "斜挎包", "Crossbody", "斜挎包", 15_000),
                    leaf("hobo-bags", "Hobo bags", "新月包", "Hobo", "新月包", 17_500),
                ),
            ),
            leaf("clutches", "Clutches", "手拿包", "Clutch", "手拿包", 8_500),
            leaf("travel-bags", "Travel bags", "旅行袋", "Weekender", "旅行袋", 19_000),
        ),
    ),
    CategoryWord(
        "watches",
        T("Watches", "腕表"),
        T("Watch", "腕表"),
        62_000,
        (
            choice(
                "movement",
                "Movement",
                "机芯",
                ("automatic", "Automatic", "自动机械"),
                ("manual", "Hand-wound", "手动上链"),
                ("quartz", "Quartz", "石英"),
                required=True,
            ),
            choice("case_metal", "Case", "表壳", *METALS),
            number("case_diameter", "Case diameter", "表径", "mm"),
            number("water_resistance", "Water resistance", "防水", "m"),
            AttributeDefinition("limited", BOOLEAN, T("Limited edition", "限量版")),
        ),
        (
            leaf("dress-watches", "Dress watches", "正装表", "Dress Watch", "正装表", 58_000),
            leaf("sport-watches", "Sport watches", "运动表", "Diver", "潜水表", 66_000),
            leaf("chronographs", "Chronographs", "计时表", "Chronograph", "计时表", 88_000),
        ),
    ),
    CategoryWord(
        "jewellery",
        T("Jewellery", "珠宝"),
        T("Jewel", "珠宝"),
        22_000,
        (
            choice("metal", "Metal", "金属", *METALS, required=True),
            choice(
                "stone",
                "Stone",
                "宝石",
                ("diamond", "Diamond", "钻石"),
                ("sapphire", "Sapphire", "蓝宝石"),
                ("emerald", "Emerald", "祖母绿"),
                ("pearl", "Pearl", "珍珠"),
                ("jade", "Jade", "翡翠"),
            ),
            number("carats", "Weight of stones", "宝石重量", "ct"),
        ),
        (
            leaf("rings", "Rings", "戒指", "Ring", "戒指", 24_000),
            leaf("necklaces", "Necklaces", "项链", "Necklace", "项链", 28_000),
            leaf("bracelets", "Bracelets", "手链", "Bracelet", "手链", 21_000),
            leaf("earrings", "Earrings", "耳饰", "Earrings", "耳饰", 18_000),
        ),
    ),
    CategoryWord(
        "clothing",
        T("Clothing", "服装"),
        T("Garment", "成衣"),
        7_500,
        (
            choice("fabric", "Fabric", "面料", *FABRICS, required=True),
            AttributeDefinition("lining", TEXT, T("Lining", "里料")),
        ),
        (
            leaf("coats", "Coats", "大衣", "Coat", "大衣", 14_000),
            leaf("dresses", "Dresses", "连衣裙", "Dress", "连衣裙", 9_000),
            leaf("knitwear", "Knitwear", "针织", "Cardigan", "开衫", 5_500),
            leaf("tailoring", "Tailoring", "西装", "Blazer", "西装外套", 10_500),
        ),
    ),
    CategoryWord(
        "shoes",
        T("Shoes", "鞋履"),
        T("Shoes", "鞋"),
        5_200,
        (
            choice("leather", "Material", "材质", *LEATHERS, required=True),
            number("heel_height", "Heel height", "跟高", "mm"),
        ),
        (
            leaf("pumps", "Pumps", "高跟鞋", "Pumps", "高跟鞋", 5_600),
            leaf("loafers", "Loafers", "乐福鞋", "Loafers", "乐福鞋", 5_000),
            leaf("boots", "Boots", "靴子", "Boots", "短靴", 7_200),
            leaf("sneakers", "Sneakers", "运动鞋", "Sneakers", "运动鞋", 4_300),
        ),
    ),
    CategoryWord(
        "accessories",
        T("Accessories", "配饰"),
        T("Accessory", "配饰"),
        2_800,
        (choice("material", "Material", "材质", *LEATHERS, *FABRICS, required=True),),
        (
            leaf("scarves", "Scarves", "丝巾", "Scarf", "丝巾", 3_200),
            leaf("belts", "Belts", "腰带", "Belt", "腰带", 3_000),
            leaf("small-leather", "Small leather goods", "小皮具", "Wallet", "钱夹", 4_200),
        ),
    ),
    CategoryWord(
        "home",
        T("Home", "家居"),
        T("Object", "器物"),
        3_600,
        (
            choice(
                "material",
                "Material",
                "材质",
                ("porcelain", "Porcelain", "瓷"),
                ("crystal", "Crystal", "水晶"),
                ("bronze", "Bronze", "青铜"),
                ("wood", "Wood", "木"),
                required=True,
            ),
            number("height", "Height", "高", "cm"),
        ),
        (
            leaf("vases", "Vases", "花器", "Vase", "花瓶", 4_400),
            leaf("tableware", "Tableware", "餐具", "Tea Service", "茶具", 3_900),
        ),
    ),
    CategoryWord(
        "services",
        T("Services", "服务"),
        T("Service", "服务"),
        900,
        (number("days", "Takes about", "约需", "d"),),
        (
            leaf("leather-care", "Leather care", "皮具护理", "Leather Spa", "皮具养护", 880),
            leaf("watch-service", "Watch service", "腕表保养", "Movement Service", "机芯保养", 2_600),
        ),
    ),
)
