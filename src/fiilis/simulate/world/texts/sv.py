"""Swedish comments. {best} is the product's definite form, {obest} the indefinite; {n} is a small number in words."""

_NAMES = {
    "villapaita": "ylletröjan ylletröja",
    "neuletakki": "koftan kofta",
    "merinopaita": "merinotröjan merinotröja",
    "villamekko": "ylleklänningen ylleklänning",
    "pipo": "mössan mössa",
    "huivi": "halsduken halsduk",
    "torkkupeitto": "filten filt",
    "poncho": "ponchon poncho",
}
PRODUCTS = {code: dict(zip(("best", "obest"), names.split(), strict=True)) for code, names in _NAMES.items()}
NUMBERS = tuple({"n": word} for word in ("två", "tre", "fyra", "fem"))

CORES = {
    "delivery": (
        "Paketet kom {n} dagar för sent.",
        "Leveransen var försenad och ingen meddelade något.",
        "Jag fick vänta på {best} i över en vecka.",
        "Enligt spårningen var paketet på väg, men inget hände på {n} dagar.",
        "Leveransen tog alldeles för länge.",
        "Presenten hann inte fram i tid.",
        "Leveransdagen som ni lovade höll inte, och jag fick själv ringa och fråga.",
        "Hemleveransen kom inte på avtalad tid.",
    ),
    "delivery_good": (
        "Snabb leverans, paketet kom redan nästa dag.",
        "Paketet kom i tid och var fint förpackat.",
        "{best} var framme den dag ni lovade.",
        "Spårningen fungerade bra och chauffören var vänlig.",
        "Det gick snabbare än jag väntat mig.",
    ),
    "size": (
        "{best} var mindre än väntat, storlekstabellen stämmer inte.",
        "Jag beställde min vanliga storlek men {best} var alldeles för stor.",
        "{best} krympte i tvätten fast jag följde skötselråden.",
        "Måtten på sidan borde vara noggrannare.",
        "Storlekarna är små, jag hade behövt ett nummer större.",
        "{best} blev helt formlös redan första dagen.",
    ),
    "quality": (
        "Det fanns ett hål i sömmen när jag öppnade paketet.",
        "Sömmen gick upp efter {n} dagar.",
        "Kvaliteten motsvarar inte priset.",
        "{best} sticks så att den inte går att ha mot huden.",
        "Färgen var en helt annan än på bilden.",
        "{best} färgade av sig i tvätten.",
        "Jag hade väntat mig bättre kvalitet.",
    ),
    "pilling": (
        "{best} noppar sig redan efter ett par användningar.",
        "Min nya {obest} noppar sig något förfärligt.",
        "{best} noppar sig fast jag tvättat den enligt skötselråden.",
        "Ullen noppar sig och {best} ser gammal ut efter {n} veckor.",
        "{best} är full av noppor efter första tvätten.",
        "Tråkigt att {best} noppar sig så mycket, den förra gjorde inte det.",
        "Garnet luddar och noppar sig, jag kan inte ha {best} på jobbet.",
    ),
    "returns": (
        "Returblanketten fungerade inte på telefonen.",
        "Det var krångligt att returnera, sidan hängde sig.",
        "Jag fick aldrig någon returkod.",
        "Jag måste fylla i returblanketten {n} gånger.",
        "Det tog {n} veckor att få pengarna tillbaka.",
        "Anvisningarna för returen var oklara.",
    ),
    "returns_good": (
        "Det var lätt att returnera och pengarna kom snabbt.",
        "Returen gick på {n} minuter.",
        "Jag bytte {best} till en annan storlek utan besvär.",
        "Tydlig returblankett, tack för det.",
    ),
    "price": (
        "{best} är dyr med tanke på kvaliteten.",
        "Priserna har stigit och jag har inte råd längre.",
        "Leveranskostnaden är orimlig för en liten beställning.",
        "Rabattkoden fungerade inte i kassan.",
        "{n} dagar efter mitt köp var {best} på rea.",
    ),
    "support": (
        "Kundtjänsten svarade först efter {n} dagar.",
        "Jag fick bara ett automatiskt svar.",
        "Ingen kunde hjälpa mig på svenska.",
        "Jag bollades från den ena till den andra.",
        "Svaret var vänligt men problemet löstes inte.",
    ),
    "support_good": (
        "Kundtjänsten svarade snabbt och löste saken.",
        "Jag fick vänlig hjälp med att välja storlek.",
        "Reklamationen sköttes föredömligt, en ny {obest} kom genast.",
        "Tack för hjälpen, det ordnade sig med ett enda meddelande.",
    ),
    "site": (
        "Sidan är långsam och varukorgen tömdes mitt i allt.",
        "Betalningen lyckades inte första gången.",
        "Filtren fungerar inte på telefonen.",
        "Det borde finnas fler bilder på {best}.",
    ),
    "site_good": (
        "Det var lätt att beställa och sidan är tydlig.",
        "Bra bilder, {best} var precis som på sidan.",
        "Köpet gick på ett ögonblick på telefonen.",
        "Enkel kassa, tack för det.",
    ),
    "praise": (
        "Underbar {obest}, varm och mjuk.",
        "{best} är vacker och sitter perfekt.",
        "Fin ull, jag rekommenderar varmt.",
        "Jag är mycket nöjd, {best} är i bruk varje dag.",
        "Jag köpte en {obest} i present och den blev mycket omtyckt.",
        "{best} kliar inte alls fast jag har känslig hud.",
        "Färgen är ännu vackrare än på bilderna.",
        "Allt gick precis som det ska.",
    ),
}
TAILS = {
    "bad": (
        "Tråkigt.",
        "Jag beställer inte igen.",
        "Hoppas att ni rättar till det här.",
        "Jag är besviken.",
        "Annars har jag varit nöjd.",
        "Vad kan man göra åt saken?",
    ),
    "good": (
        "Tack!",
        "Jag beställer gärna igen.",
        "Bra jobbat!",
        "Fortsätt så.",
        "Precis så ska det vara.",
    ),
}
