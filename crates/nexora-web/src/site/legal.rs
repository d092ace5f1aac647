//! `/terms` and `/privacy`: short, and true of a studio that runs on its operator's own machine.

use maud::{Markup, html};
use nexora_core::Credits;

use crate::components::{Shell, shell};

/// `/terms`
pub fn terms(shell: &Shell<'_>) -> Markup {
    let main = html! {
        article.prose {
            h1 { "Terms" }
            p.lede { "This studio is run by the person or company that gave you its address. They are your contract partner; the software is theirs to operate." }
            h2 { "What you make" }
            p { "Pictures and clips you make are yours, as far as the law and the licence of the model allow. The licence is shown with every run." }
            p { "Your prompts are sent to the provider that runs the model. The provider may decline a prompt; then nothing is charged." }
            h2 { "Credits" }
            ul {
                li { "You see the exact price before you start. It is never exceeded." }
                li { "The price is held when you start, charged when the result is in your library, and returned when it fails, is declined, or is cancelled in time." }
                li { "New members start with " (Credits::STARTER) ". These do not expire, nor do packs. Monthly credits of a plan are replaced when the next month begins." }
                li { "If a provider never says whether it took a job, the credits stay held until a stated time and are then returned." }
            }
            h2 { "Plans and payments" }
            ul {
                li { "A plan renews every month until you cancel it, which takes one click on your profile. What you have paid for stays yours until the month ends." }
                li { "Payments are taken by Lemon Squeezy as the merchant of record: they are the seller on your invoice, add the taxes of your country, and look after refunds." }
                li { "When a payment is refunded, the credits it brought go back in the same share, from what is left of them." }
            }
            h2 { "What is not allowed" }
            p { "Making what is illegal where you or the operator live, and presenting generated people or events as real in order to deceive. The operator may close an account that does this." }
            h2 { "No promises beyond these" }
            p { "Models change and providers fail. The studio keeps your finished files and your ledger; it cannot promise that a given model stays on offer." }
        }
    };
    shell::site(shell, &main)
}

/// `/privacy`
pub fn privacy(shell: &Shell<'_>) -> Markup {
    let main = html! {
        article.prose {
            h1 { "Privacy" }
            p.lede { "What is kept, where, and who else sees it." }
            h2 { "Kept in this studio" }
            ul {
                li { "Your e-mail address, the name you chose, and a one-way hash of your password." }
                li { "Your prompts, settings and finished files, until you delete them." }
                li { "Your ledger: every movement of credits. It is never rewritten." }
                li { "The browsers you are signed in with. You can sign any of them out on your profile." }
            }
            h2 { "Who else sees it" }
            p { "The provider that runs the model you choose receives your prompt and settings, never your name or e-mail address. Every run names its provider." }
            p { "If you buy something, Lemon Squeezy takes the payment on its own pages. It receives your e-mail address and name from us, and your card from you; we never see the card, only its last four digits." }
            p { "These pages load nothing from anyone else: no analytics, no advertising, no outside fonts." }
            h2 { "Cookies" }
            p { "One keeps you signed in and is deleted when you sign out. A second lives for half a minute and carries a notice (\"Saved.\") from one page to the next." }
            h2 { "Deleting" }
            p { "Deleting a run deletes its files for good. On your profile you can download everything kept about you, and delete your account: your subscription is ended first, then name, address, words and files go. The lines of your ledger stay, under nobody's name." }
        }
    };
    shell::site(shell, &main)
}
