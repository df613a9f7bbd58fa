"""Fields that whoever sees a thing sees of it: its kind has a row, or it came in the answer to a field that has one.

Every field of every type stands here or in `field.py`, so a new one shows nothing before somebody has said to whom.
Pages and their edges show what is on them, and refusals their code, message and path.
"""


def read(text: str) -> dict[str, frozenset[str]]:
    """The names of fields by their types."""
    found: dict[str, list[str]] = {}
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            name, _, line = line.partition(":")
            found[name] = []
        found[name].extend(line.split())
    return {name: frozenset(fields) for name, fields in found.items()}


SHOWN = read(
    """
AboveCover: limit insuredValue
Account: id name roles identityLevel locale currency jurisdiction createdAt erasedAt version
AcquisitionHistory: days sold onSale target
AcquisitionPlan: id target startsAt endsAt setAt history version category brand taken fillBps
AgeNotAllowed: age ageMin ageMax
AlreadyConsigned: consignmentCode
AlreadyListed: listing
ApiKey: id publicId name scopes issuedAt expiresAt rotatedAt formerUntil revokedAt usedAt version account
ApiKeySecret: secret apiKey
Appointment: id code purpose startsAt endsAt note state nextActions version shop customer consignment
Appraisal: id code purpose state title description photos standardVersion declared fee openedAt receivedAt verdict
    grade valueLow valueHigh concludedAt handedBackAt nextActions version category consignment piece standard
    certificate
AppraisalComparable: price note soldAt listingId
AppraisalMeasurement: code unit instrument value
AppraisalOpinion: id round rank verdict computedGrade scoreBps grade deviation suggestion answers marks measurements
    valueLow valueHigh comparables evidence findings givenAt upheld appraiser
AppraisalPhoto: url
AppraisalTerms: secondOpinionFrom valueToleranceBps gradeTolerance serviceFees serviceDays
Appraiser: id dailyCapacity active qualifications appointedAt version account record
AppraiserQualification: rank validFrom validUntil categoryId valid
AppraiserRecord: inHand givenToday opinions judged upheld accuracyBps
AttributeDefinition: code kind label required unit choices
AuditEntry: name action refused occurredAt actor subjectId subjectKind data
AuthenticityFinding: mark result note
AuthenticityMark: code question
Booking: id code category state currency price paid balance soldByHouse taxBasis ladder rule pins startsAt endsAt
    schedule payments heldAt expiresAt supplierReference confirmedAt endedAt endReason retained nextActions version
    retainedNow departure
BookingInstallment: part amount dueAt
BookingIntake: submittedAt purgeAt purgedAt text
BookingLapsed: expiredAt leftCart
BookingPayment: part amount paidAt order
Brand: id slug kind name country story aliases version collections
Bundle: id slug state price components createdAt version name story prices
BundleComponent: units listing departure
BundleComponentPrice: component alone bundled
BuyOutDiscount: discountBps grade
Campaign: id code funder subsidy minimum startsAt endsAt state openedAt endedAt nextActions version name brand purpose
CampaignShare: shareBps supplier
CancellationLadder: code steps name
CancellationStep: daysBefore retainedBps
CapacityReached: dailyCapacity
CaptureTooHigh: held asked
Cart: id currency items bookings subtotal changedAt version
CartBooking: part price keptUntil addedAt booking bundle
CartFull: itemsMax piecesMax
CartItem: quantity price keptUntil addedAt kept listing bundle
Category: id slug name position version attributes breadcrumbs children
Certificate: id code state statement payload keyId signature issuedAt revokedAt reason nextActions version verifyUrl
    qrCode
CertificateCheck: code status statement payload keyId signature issuedAt revokedAt reason
CertificateKey: keyId publicKey current algorithm
CertificateRecall: id basis since reason marked complete recalledAt cause certificates
CertificateStatement: brand name reference serialEnding verdict grade standardVersion issuedAt pieceId standardId
ChannelTaken: channelCode
ChecklistIncomplete: missing
Choice: code label
Circulation: since until issued byOrigin spent lapsed other outstandingBefore outstanding settledCash settledCredit
    velocity settledAsCreditBps spentAgainBps
ClaimTaken: freeAt
ClubShop: id slug name address timeZone hours services slotMinutes active version slots
Collection: id slug name season year brand
CommissionLevel: level rateBps
CommissionPlan: code shape rateBps tiers levels currency name
CommissionTerms: plans
CommissionTier: upTo rateBps
ConsentMissing: age belowAge
Consignment: id code route state stateSince brand title description photos currency askingPrice estimateLow
    estimateHigh estimateNote createdAt parcel receivedAt refused mode agreedAt expiresAt endReason returnParcel
    returnedAt version nextActions seller category shop appointment receipt product piece listing appraisal contract
    tasks timeline
ConsignmentChange: cursor consignment
ConsignmentParcel: carrier tracking sentAt
ConsignmentPhoto: key url
ConsignmentRefused: reason evidence refusedAt disposal keptUntil
ConsignmentTask: kind attempt dueAt outcome doneAt
ConsignmentTimelineEntry: name occurredAt
Contract: id code state price floor buyOut endPrice sellerLevel taxJurisdiction commissionTaxBps creditBonusBps
    offsetCapBps returnWindowDays responseDays steps sellerCosts termDays graceDays endAction pins offeredAt
    offerExpiresAt mode creditBps agreedAt payoutFixedAt listedAt termEndsAt graceEndsAt freeWithdrawalSince endedAt
    nextActions version commission consignment markdowns costs settlement settlementOptions
ContractStep: afterDays price
CostNotAgreed: agreed
CostTariff: kind amount borneBy
CostTerms: tariffs
CreditIssued: origin amount
CreditLot: id origin amount remaining expiresAt createdAt
CreditPurchase: credit order
CustomsArea: code countries rates source dutyFreeUpTo taxFreeUpTo givenBack
CustomsTerms: areas
Delivery: method address shop
DeliveryAddress: recipient phone country region city postalCode line1 line2
Departure: id optionCode state startsAt endsAt cutOffAt decideAt currency prices capacity vacancies participantsMin
    endReason nextActions version availability product
DepartureClosed: state cutOffAt
DepartureFull: vacancies asked
DeviationUnexplained: computed chosen
Disposition: id code fate method recipient payload keyId signature decidedAt
DispositionCheck: code genuine fate method decidedAt payload keyId signature brand name
DispositionNotPossible: possible
DutyRate: dutyBps category taxBasis importTaxBps
EmergencyContact: name relation phone
ErasureBlocked: deals
FxExchange: id sold mid spread bought exchangedAt state reversedAt nextActions version quote owner
FxLiquidity: currency balance version
FxLiquidityShort: currency
FxPosition: currency liquidity spreadEarned gain version
FxQuote: id sold mid spread bought quotedAt expiresAt usedAt rate
FxRate: id base counter rate spreadBps validFrom validUntil source statedAt
FxQuoteLapsed: expiresAt
FxQuoteUsed: usedAt
FxRateMissing: sells buys
FxTerms: quoteMinutes
FreightTariff: fee subsidyBps
GiftCard: id hint currency amount available held spent lapsed source state jurisdiction
  policyVersion issuedAt expiresAt version
GiftCardMade: secret giftCard
GiftCardRule: jurisdiction validDays graceDays source
GiftCardTerms: rules elsewhereDays graceDays most
GiftCardTooLow: available
GoodsReceipt: id quantity unitCost cost supplier reference receivedAt listing receivedBy
GoodsReturn: id code state quantity reason note late worth requestedAt decidedAt decision sendBy parcel receipt
    inspection disposition deducted refunded sentBack closedAt version nextActions photos buyer line piece refund
GoodsReturnInspection: condition deductionBps deduction note inspectedAt photos
GoodsReturnParcel: carrier tracking sentAt
GoodsReturnReceipt: tagNumber weightGrams takenAt matched findings photos shop
GradeReason: item severity points atBest answered measurement value limit contradicts
GradeShare: shareBps grade
GradeSuggestion: grader grade scoreBps reasons openItems
GraderRecord: grader suggested agreed better worse stepsApart agreementBps category
GradingAnswer: item severity note
GradingAssessment: scores scoreBps grade cappedBy
GradingBand: grade fromScoreBps
GradingChecklistItem: code criterion question deductions optional
GradingCriterion: code name weightBps
GradingCriterionScore: criterion points
GradingDeduction: severity points atBest
GradingLimit: item severity above below
GradingMeasurement: code name unit instrument optional limits
GradingStandard: id version title criteria checklist marks measurements bands publishedAt
GuardianConsent: name relation phone givenAt
IdempotencyKeyInFlight: retryAfterSeconds
IdentityCheck: document country checkedAt
IdentityNotVerified: level
InsufficientFunds: kind available required
IntakeReceipt: code handedOverBy takenAt photos sealNumber weightGrams condition shop
LedgerCurrencyProof: currency customers house balanced
LedgerHealth: readAt journals postings unbalancedJournals unlinkedJournals brokenLinks driftedPockets driftedLots
    driftedSnapshots driftedBudgets driftedBills driftedLiquidity driftedExchanges negativePockets currencies ok
LineDuty: kind basis rateBps amount source
Listing: id kind slug state price available publishedAt version options saving referencePrice product piece coverUrl
    soldByHouse priceHistory
ListingChange: cursor listing keptUntil
MarkFailed: marks
Markdown: id origin state price leavesRange dueAt note madeAt answerBy endedAt nextActions version
MarkdownSchedule: code steps name
MarkdownStep: afterDays priceBps
MarkdownTerms: schedules floorBps responseDays
Media: key role contentType alt url
MediaNotReceived: expiresAt
MediaUpload: id key role state expiresAt nextActions url method headers
Money: amount currencyCode formatted
NeedsAppraiser: findings
NetPrice: kind net
NotADiscount: price present
NotAllowed: needs
NotAvailable: available asked listing
NotCovered: policyNumber
NotDeliveredThere: country methods
NotFound: kind
NotPayableYet: blocks
NotQualified: needs
NothingDue: currency
NothingOwed: currency
NothingToPay: currency
NothingWanted: sold onSale
OfferLapsed: lapsedAt
OpenDeal: kind note
OpeningHours: weekday opens closes
OptionDefinition: code label choices
Order: id code state currency lines tenders delivery subtotal shipping duties total refunded placedAt expiresAt paidAt
    deliveredAt completedAt endedAt endReason channelCode nextActions version buyer payment refunds shipments
    voucher
OrderChange: cursor order
OrderLine: id kind listingKind quantity unitPrice price taxBasis taxRateBps returnDays state refunded deliveredAt
    blockedBy jurisdiction pins bookingPart duties duty dutyRefunded origin booking bundle returnableUntil returns
    soldByHouse tax listing product piece discount discountBack
OrderLineQuote: kind listingKind quantity unitPrice price taxBasis taxRateBps returnDays duties duty origin soldByHouse
    tax listing discount
OrderQuote: lines subtotal shipping duties total tenders
OrderRefund: amount parts reason refundedAt
OrderRefundPart: kind place amount
OrderTender: kind place amount refunded replaced promised
OwnChannel: channelCode
OwnCirculation: issued byOrigin spent lapsed other outstanding settledCash settledCredit settledAsCreditBps
    spentAgainBps
Party: kind accountId
Passport: country validUntil
PiecePassportDetails: grade price previousPrice reason certificate
PiecePassportEntry: kind title occurredAt details
PassportTooShort: validUntil neededUntil
Payment: id provider purpose amount refunded state reference createdAt expiresAt version
Payout: id code amount state requestedAt sentAt endedAt failure nextActions version holder lastFour owner
PayoutBatch: id code total count state createdAt postedAt nextActions version payouts
PayoutFixed: fixedAt
Piece: id slug grade coverUrl version condition serialMasked media measurements product listing certificate passport
PieceCost: id kind amount borneBy note recordedAt
PieceMeasurement: code value unit
PieceRetained: keptUntil
PieceStanding: since owner custodian riskBearer
PieceTied: ties
PolicyNotInOrder: earliestAt
PolicyPin: kind version
PolicyVersion: id kind version effectiveFrom note publishedAt terms
PriceChange: price previousPrice reason changedAt note byPerson
PriceChanged: was price
PriceExplanation: amount factors
PriceFactor: kind amount rateBps says
PriceNotAgreed: price
PriceStep: fromRatioBps changeBps
PricingTerms: shares bandLowBps bandHighBps warrantyLowBps warrantyHighBps warrantyMonths ageBps ageYearsMax demand
    demandDays plan tradeInBps floors freight insuranceBps offerDays handOverDays answerDays
Product: id slug kind name reference coverUrl version story attributes options referencePrice media brand category
    collection listings
ProductAttribute: definition number flag text
ProposalLapsed: answerBy
PurchaseTooSmall: minimum
QuoteLapsed: validUntil
Receivable: id amount outstanding state reason createdAt endedAt nextActions version owner
ReceivableCharge: taken owed
ReferencePrice: price source asOf
RefundPreview: amount lines shipping parts pieceGoesBack lots
RefundPreviewLine: quantity worth deduction deductionReason amount duties line discount
RefundedLot: amount
ReturnTerms: promiseDays statutory
ReturnUnderWay: goodsReturn
ReturnWindowOver: endedAt
RevenueShare: shareBps supplier
Saving: amount percent
SchoolConsent: name contact givenAt
SelectedOption: code value
SellerBound: boundUntil
SerialAlreadyRegistered: piece
ServiceNotSold: currency
Session: id device openedAt usedAt expiresAt endedAt end current
SessionPass: issuedAt expiresAt token refreshToken account session
Settlement: id code cause state creditBps costLines openedAt deliveredAt windowEndsAt payableAt releasedAt settledAt
    nextActions version split payout blockedBy consignment contract seller
SettlementBlock: reason since until
SettlementChange: reason dueAt text
SettlementCostLine: kind amount note
SettlementOption: mode payout open final split paid costLines bonusBps amount payableAt changes
SettlementPayout: offset cash credit bonus received
SettlementSplit: gross commission commissionTax costs net shortfall
SettlementTerms: creditBonusBps choiceFixed offsetCapBps daysToSell daysToDeliver buyOut
Shipment: id code state carrier tracking declaredValue insuredValue policyNumber sealNumber photos createdAt
    handedOverAt deliveredAt pickup nextActions version shop pickupCode order lines
ShipmentFingerprint: tagNumber weightGrams lineId
ShippingTerms: home zones
ShippingZone: code countries methods name
ShippingZoneMethod: method fees freeFrom
ShopAddress: street city postalCode country
ShopAssociate: since leftAt shop account
ShopService: purpose capacity
ShopSlot: purpose startsAt free
SlotUnavailable: startsAt
SlugTaken: slug
StatutoryReturn: jurisdiction days
Supplier: id name country channelCode referralBps createdAt version account
SupplierBill: cause amount state dueAt paidAt
SupplierPayment: amount paidAt billCount supplier
TaxRate: jurisdiction basis rateBps
TaxTerms: rates elsewhereBps
TendersDoNotFit: total covered
TitleRecord: basis evidence documents recordedAt owner recordedBy
TooManyAppointments: most
TooManyAttempts: retryAfterSeconds
TooManyKeys: most
TooManyOffers: most
TradeIn: id code state currency grade standardVersion policyVersion newPrice factors low value subsidy overrideReason
    offeredAt expiresAt mode boundAt handOverBy pickUp receipt inspection requote answerBy answer settledAt closedAt
    version nextActions owner product piece standard campaign order disposition
TradeInEligible: boughtAt estimate orderLineId product piece
TradeInEstimate: low high grade newPrice factors policyVersion product
TradeInInspection: verdict grade scoreBps answers marks findings ageMonths warrantyMonths inspectedAt
TradeInNotOffered: expiredAt
TradeInPickUp: carrier policyNumber label insured fee borne premium bookedAt
TradeInReceipt: condition weightGrams takenAt shop
TransitCover: id policyNumber carrier limit validUntil version
TravelCategoryRule: category ageMin ageMax guardianBelowAge intake intakeDays required passportMonths
TravelOption: code units name
TravelPlace: city country timeZone airport
TravelProduct: id slug category operator seller place options ladderCode instant name story departures
TravelTerms: categories ladders holdMinutes confirmHours depositBps balanceDays remindDays seat
TravelUnit: kind ageMin ageMax
Traveller: unit givenName familyName birthDate guardian passport emergencyContact diet school
TravellerDataMissing: missing
TripQuote: optionCode startsAt endsAt prices note validUntil product
TripRequest: id code category state wishes startsOn endsOn party budget quote createdAt nextActions version booking
UnitPrice: kind price
UploadHeader: name value
VersionConflict: expected actual
Voucher: id code percentBps amount minimum perPerson lineKinds listingKinds state issuedAt withdrawnAt
  nextActions version campaign categories bundle
VoucherNotForThis: minimum
VoucherUsedUp: perPerson
Wallet: pockets creditLots holds statement
WalletChange: cursor wallet
WalletHold: id kind amount captured state expiresAt nextActions version
WalletPocket: currency cash credit deposit held owed version
WalletStatementLine: kind amount memo occurredAt cause
WrongState: state nextActions
"""
)
