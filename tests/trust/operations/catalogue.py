"""Media, the catalogue, pieces and listings."""

from domain.viewer import Role
from tests.support.catalogue import euros
from tests.trust.operations.entry import Entry, Prepared, euro, of, slug, text
from tests.trust.world import World

PDF = b"%PDF-1.7\n% nothing to see\n"


async def upload(world: World) -> Prepared:
    return await world.customer(), {"role": "DOCUMENT", "contentType": "application/pdf", "sizeBytes": len(PDF)}


async def finish(world: World) -> Prepared:
    uploader, given = await upload(world)
    started = await world.do(uploader, "mediaUploadStart", **given)
    address = started["url"].split("/", 3)[3]
    sent = await world.api.client.put(f"/{address}", content=PDF, headers={"content-type": "application/pdf"})
    assert sent.status_code == 201, sent.text
    return uploader, {"uploadId": started["id"]}


async def create_brand(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "slug": slug("brand"),
        "kind": "MAISON",
        "name": text("Aurelle"),
        "country": "FR",
    }


async def update_brand(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "brandId": of("Brand", await world.shelves.brand()),
        "name": text("Aurelle & fils"),
    }


async def create_category(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {"slug": slug("category"), "name": text("Bags")}


async def update_category(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "categoryId": of("Category", await world.shelves.category()),
        "name": text("Handbags"),
    }


async def create_collection(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "brandId": of("Brand", await world.shelves.brand()),
        "slug": slug("collection"),
        "name": text("Moons"),
        "season": "PERMANENT",
    }


async def create_product(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "slug": slug("product"),
        "kind": "GOODS",
        "brandId": of("Brand", await world.shelves.brand()),
        "categoryId": of("Category", await world.shelves.category()),
        "name": text("Sac Lune"),
    }


async def update_product(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "productId": of("Product", await world.shelves.product()),
        "name": text("Sac Demi-Lune"),
    }


async def register_piece(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "productId": of("Product", await world.shelves.product()),
        "grade": "EXCELLENT",
    }


async def describe_piece(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "pieceId": of("Piece", await world.shelves.piece()),
        "condition": text("A scratch at the clasp"),
    }


async def record_title(world: World) -> Prepared:
    seller = await world.customer()
    brought = await world.shelves.piece(owner=seller, at_home=True)
    return await world.staff(Role.SUPPORT), {
        "pieceId": of("Piece", brought),
        "ownerId": of("Account", await world.customer()),
        "basis": "PURCHASE",
        "evidence": "Bill of sale of 3 May",
    }


async def publish(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "kind": "REFURBISHED",
        "price": euro("900.00"),
        "pieceId": of("Piece", await world.shelves.piece()),
    }


async def reprice(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {
        "listingId": of("Listing", await world.shelves.listed()),
        "price": euro("880.00"),
        "reason": "COMPETITION",
        "note": text("Others ask less"),
    }


async def withdraw(world: World) -> Prepared:
    return await world.staff(Role.MERCHANDISER), {"listingId": of("Listing", await world.shelves.listed())}


async def adjust(world: World) -> Prepared:
    stock = await world.shelves.stock(await world.shelves.product(), euros(100))
    return await world.staff(Role.MERCHANDISER), {
        "listingId": of("Listing", stock),
        "change": 2,
        "note": "Found behind the shelf",
    }


async def receive_goods(world: World) -> Prepared:
    stock = await world.shelves.stock(await world.shelves.product(), euros(100))
    return await world.staff(Role.MERCHANDISER), {
        "listingId": of("Listing", stock),
        "quantity": 2,
        "unitCost": euro("40.00"),
        "supplier": "Tessitura Alba",
        "reference": "DN-204",
    }


ENTRIES: dict[str, Entry] = {
    "mediaUploadStart": upload,
    "mediaUploadFinish": finish,
    "brandCreate": create_brand,
    "brandUpdate": update_brand,
    "categoryCreate": create_category,
    "categoryUpdate": update_category,
    "collectionCreate": create_collection,
    "productCreate": create_product,
    "productUpdate": update_product,
    "pieceRegister": register_piece,
    "pieceDescribe": describe_piece,
    "pieceRecordTitle": record_title,
    "listingPublish": publish,
    "listingReprice": reprice,
    "listingWithdraw": withdraw,
    "stockAdjust": adjust,
    "goodsReceiptRecord": receive_goods,
}
