//! What people ask before they pay.

use maud::{Markup, html};

const QUESTIONS: [(&str, &str); 8] = [
    (
        "When do monthly credits reset?",
        "With each renewal, on the same day of every month. What is left of the old month's credits \
         expires then, and the new month begins with the full amount. Starter credits and packs are \
         not touched: they do not expire.",
    ),
    (
        "In which order are credits spent?",
        "Those that expire soonest go first, so a month's credits are used before the ones that stay.",
    ),
    (
        "What if a run fails?",
        "Its credits come back by themselves, as a line in your ledger. You are charged when the \
         result is in your library, and never more than you were shown.",
    ),
    (
        "Can I change my plan?",
        "At any time, on your profile. A larger plan counts at once: you pay the difference for the \
         days that are left and get the missing credits. A smaller one counts from the next renewal; \
         until then you keep what you paid for.",
    ),
    (
        "Can I cancel?",
        "At any time, with one click and without a reason. Plan and credits stay until the end of the \
         month you have paid for, and until then you can change your mind.",
    ),
    (
        "What happens to my work when I cancel?",
        "Nothing. Your pictures and clips stay in your library, and so do starter credits and packs.",
    ),
    (
        "Who takes the money?",
        "Lemon Squeezy, as the merchant of record: they take the payment, add the taxes of your \
         country, and send the invoice. We never see your card.",
    ),
    (
        "What if a payment is refunded?",
        "The credits it brought go back in the same share, from what is left of them. If the whole \
         month is refunded, its plan ends too.",
    ),
];

pub(super) fn questions() -> Markup {
    html! {
        section.part #questions aria-labelledby="questions-title" {
            h2 #questions-title { "Asked " span.glow { "often." } }
            div.questions {
                @for (question, answer) in QUESTIONS {
                    details.question {
                        summary { (question) }
                        p { (answer) }
                    }
                }
            }
        }
    }
}
