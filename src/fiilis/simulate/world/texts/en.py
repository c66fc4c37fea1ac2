"""English comments. {it} is the product's name; {n} is a small number in words."""

_NAMES = {
    "villapaita": "jumper",
    "neuletakki": "cardigan",
    "merinopaita": "merino top",
    "villamekko": "wool dress",
    "pipo": "hat",
    "huivi": "scarf",
    "torkkupeitto": "blanket",
    "poncho": "poncho",
}
PRODUCTS = {code: {"it": name} for code, name in _NAMES.items()}
NUMBERS = tuple({"n": word} for word in ("two", "three", "four", "five"))

CORES = {
    "delivery": (
        "The parcel came {n} days late.",
        "Delivery was late and nobody told me.",
        "I waited for the {it} for more than a week.",
        "Tracking said it was on its way, but nothing moved for {n} days.",
        "Shipping took far too long.",
        "The {it} was a present and arrived after the party.",
        "The promised delivery date didn't hold and I had to chase the parcel myself.",
    ),
    "delivery_good": (
        "Fast delivery, the parcel was here the next day.",
        "The parcel came on time and was nicely packed.",
        "The {it} arrived on the day you promised.",
        "Tracking worked well and the driver was friendly.",
    ),
    "size": (
        "The {it} was smaller than expected, the size chart is wrong.",
        "I ordered my usual size but the {it} was far too big.",
        "The {it} shrank in the wash although I followed the instructions.",
        "Please give exact measurements, I had to guess.",
        "The {it} lost its shape on the first day.",
    ),
    "quality": (
        "There was a hole in the seam when I opened the parcel.",
        "A seam came undone after {n} days.",
        "The quality doesn't match the price.",
        "The {it} is so itchy that I can't wear it.",
        "The colour was nothing like the picture.",
        "The {it} bled colour in the wash.",
    ),
    "pilling": (
        "The {it} pills badly after wearing it twice.",
        "My new {it} bobbles everywhere, very disappointing.",
        "The {it} pills although I washed it by hand.",
        "The wool bobbles and the {it} looks old after {n} weeks.",
        "The {it} is covered in pills after the first wash.",
        "My last one was fine, but this {it} pills like mad.",
        "It bobbles wherever my coat touches it.",
    ),
    "returns": (
        "The return form didn't work on my phone.",
        "Returning was a hassle, the page froze.",
        "I never got a return code.",
        "I had to fill in the return form {n} times.",
        "It took {n} weeks to get my money back.",
    ),
    "returns_good": (
        "Returning was easy and the refund came quickly.",
        "The return took {n} minutes.",
        "I swapped the {it} for another size without any trouble.",
        "I got my money back in {n} days.",
    ),
    "price": (
        "The {it} is expensive for what it is.",
        "Shipping costs are too high for a small order.",
        "The discount code didn't work at the checkout.",
        "The {it} was on sale {n} days after I bought it.",
    ),
    "support": (
        "Customer service took {n} days to answer.",
        "All I got was an automatic reply.",
        "I was passed from one person to another.",
        "The answer was polite but my problem wasn't solved.",
    ),
    "support_good": (
        "Customer service answered quickly and sorted it out.",
        "I got friendly help with choosing the size.",
        "My complaint was handled well, a new {it} came at once.",
    ),
    "site": (
        "The site is slow and my basket was emptied halfway through.",
        "The payment failed the first time.",
        "The filters don't work on my phone.",
        "There should be more pictures of the {it}.",
    ),
    "site_good": (
        "Ordering was easy and the site is clear.",
        "Good pictures, the {it} was just as shown.",
        "Buying took a minute on my phone.",
        "Sizes and materials were explained well.",
        "The checkout is simple, thanks for that.",
    ),
    "praise": (
        "Lovely {it}, warm and soft.",
        "The {it} is beautiful and just right.",
        "Great wool, I warmly recommend it.",
        "Very happy, the {it} is in use every day.",
        "I bought the {it} as a gift and it was loved.",
        "The {it} doesn't itch at all, even on sensitive skin.",
        "Everything went as it should.",
    ),
}
TAILS = {
    "bad": (
        "Disappointing.",
        "Not good enough.",
        "I won't order again.",
        "I hope you fix this.",
        "Otherwise I have been a happy customer.",
        "What can be done about it?",
    ),
    "good": (
        "Thank you!",
        "I will order again.",
        "Well done!",
        "Keep it up.",
    ),
}
