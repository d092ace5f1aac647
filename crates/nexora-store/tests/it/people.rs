//! People: who they are, how they prove it, what they pay for.

use nexora_core::{DisplayName, Email, Member, Plan};
use nexora_store::{Lane, Store, StoreError, generations, users};

use crate::engines::{NOW, both, generation, member_with, minutes, person, read, start, write};

#[tokio::test]
async fn a_person_is_found_by_id_and_by_address() {
    both(|store| async move {
        let ada = add(&store, person("ada@example.org")).await;
        let id = ada.id;
        assert_eq!(
            read!(store, |tx| users::by_id(tx, id, NOW).await),
            Some(ada.clone())
        );
        let email = Email::parse("ADA@example.org").unwrap();
        let found = read!(store, |tx| users::by_email(tx, &email, NOW).await);
        assert_eq!(found, Some(ada));
        let nobody = person("bob@example.org").id;
        assert_eq!(read!(store, |tx| users::by_id(tx, nobody, NOW).await), None);
    })
    .await;
}

#[tokio::test]
async fn an_address_belongs_to_one_person() {
    both(|store| async move {
        add(&store, person("ada@example.org")).await;
        let twin = person("ada@example.org");
        let refused = write!(store, Lane::Any, |tx| users::insert(tx, &twin).await);
        assert_eq!(refused, Err(StoreError::Conflict));
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_what_was_set_last() {
    both(|store| async move {
        let mut ada = person("ada@example.org");
        ada.plan = Plan::Growth;
        let id = add(&store, ada).await.id;
        assert_eq!(
            read!(store, |tx| users::plan_of(tx, id, NOW).await),
            Plan::Growth
        );
        done(write!(store, Lane::Member(id), |tx| {
            users::set_plan(tx, id, Plan::Pro, minutes(1)).await
        }));
        let found = read!(store, |tx| users::by_id(tx, id, NOW).await).unwrap();
        assert_eq!(found.plan, Plan::Pro);
    })
    .await;
}

#[tokio::test]
async fn people_are_searched_in_every_script() {
    both(|store| async move {
        let mut olga = person("olga@example.org");
        olga.display_name = DisplayName::parse("Ольга").unwrap();
        let olga = add(&store, olga).await;
        let ada = add(&store, person("ada_1@example.org")).await;
        let search = async |words: &'static str| -> Vec<Member> {
            read!(store, |tx| users::list(tx, words, 10, NOW).await)
        };
        assert_eq!(search("ОЛЬ").await, vec![olga.clone()]);
        assert_eq!(search("a_1").await, vec![ada.clone()]);
        assert_eq!(search("a%1").await, []);
        assert_eq!(search("").await, [ada.clone(), olga]);
        let id = ada.id;
        done(write!(store, Lane::Any, |tx| {
            users::lock(tx, id).await?;
            let name = DisplayName::parse("Countess").unwrap();
            users::set_display_name(tx, id, &name).await
        }));
        let renamed = search("countess").await;
        assert_eq!(renamed[0].display_name.as_str(), "Countess");
        assert_eq!(search("ada_1@").await, renamed);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_elsewhere_is_one_person_here() {
    both(|store| async move {
        let (ada, bob) = (person("ada@example.org"), person("bob@example.org"));
        let (ada, bob) = (add(&store, ada).await.id, add(&store, bob).await.id);
        let link = async |member| -> Result<bool, StoreError> {
            write!(store, Lane::Any, |tx| {
                users::insert_identity(tx, "clerk", "user_1", member, NOW).await
            })
        };
        assert_eq!(link(ada).await, Ok(true));
        assert_eq!(link(bob).await, Ok(false));
        let found = read!(store, |tx| users::member_of(tx, "clerk", "user_1").await);
        assert_eq!(found, Some(ada));
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_is_nobody_and_does_not_come_back() {
    both(|store| async move {
        let ada = add(&store, person("ada@example.org")).await.id;
        let linked: Result<bool, StoreError> = write!(store, Lane::Any, |tx| {
            users::insert_identity(tx, "clerk", "user_1", ada, NOW).await
        });
        assert_eq!(linked, Ok(true));
        let subjects = read!(store, |tx| users::identities_of(tx, "clerk", ada).await);
        assert_eq!(subjects, ["user_1"]);
        let bury = async || -> Result<bool, StoreError> {
            write!(store, Lane::Any, |tx| users::bury(tx, ada, NOW).await)
        };
        assert_eq!(bury().await, Ok(true));
        assert_eq!(bury().await, Ok(false));
        assert_eq!(read!(store, |tx| users::by_id(tx, ada, NOW).await), None);
        let stands = read!(store, |tx| users::identity(tx, "clerk", "user_1").await);
        assert_eq!(stands, Some(users::Standing::Gone));
        let found = read!(store, |tx| users::member_of(tx, "clerk", "user_1").await);
        assert_eq!(found, None);
        add(&store, person("ada@example.org")).await;
    })
    .await;
}

#[tokio::test]
async fn the_words_of_whoever_leaves_go_with_what_they_made() {
    both(|store| async move {
        let ada = member_with(&store, 15).await.id;
        let run = generation(ada, "my secret garden");
        start(&store, &run).await;
        let forget = async || -> Result<u64, StoreError> {
            write!(store, Lane::Any, |tx| users::forget_words(tx, ada).await)
        };
        assert_eq!(forget().await, Ok(0), "it is not removed yet");
        let (id, ended) = (run.id, run.cancel(minutes(1)).unwrap());
        let removed: Result<bool, StoreError> = write!(store, Lane::Member(ada), |tx| {
            generations::save(tx, &ended).await?;
            generations::delete(tx, ada, id, minutes(2)).await
        });
        assert_eq!(removed, Ok(true));
        assert_eq!(forget().await, Ok(1));
        let kept = read!(store, |tx| generations::by_id(tx, id).await).unwrap();
        assert!(!kept.order.prompt.as_str().contains("garden"));
    })
    .await;
}

#[tokio::test]
async fn a_profile_is_the_latest_one_and_an_address_stays_its_owners() {
    both(|store| async move {
        let ada = add(&store, person("ada@example.org")).await.id;
        add(&store, person("bob@example.org")).await;
        let linked: Result<bool, StoreError> = write!(store, Lane::Any, |tx| {
            users::insert_identity(tx, "clerk", "user_1", ada, NOW).await
        });
        assert_eq!(linked, Ok(true));
        let news_of = async |at| -> Result<bool, StoreError> {
            write!(store, Lane::Any, |tx| {
                users::set_profile_moment(tx, "clerk", "user_1", at).await
            })
        };
        assert_eq!(news_of(minutes(2)).await, Ok(true));
        assert_eq!(news_of(minutes(1)).await, Ok(false));
        assert_eq!(news_of(minutes(2)).await, Ok(true));
        let move_to = async |address: &str| -> Result<bool, StoreError> {
            let email = Email::parse(address).unwrap();
            write!(store, Lane::Any, |tx| users::set_email(tx, ada, &email)
                .await)
        };
        assert_eq!(move_to("bob@example.org").await, Ok(false));
        assert_eq!(move_to("countess@example.org").await, Ok(true));
        let found = read!(store, |tx| users::list(tx, "countess", 10, NOW).await);
        assert_eq!(found[0].id, ada);
    })
    .await;
}

#[tokio::test]
async fn a_password_is_the_one_set_last() {
    both(|store| async move {
        let ada = add(&store, person("ada@example.org")).await;
        let id = ada.id;
        let email = ada.email.clone();
        assert_eq!(
            read!(store, |tx| users::password_of(tx, &email).await),
            None
        );
        for phc in ["$argon2id$1", "$argon2id$2"] {
            done(write!(store, Lane::Any, |tx| {
                users::set_password(tx, id, phc, NOW).await
            }));
        }
        let kept = Some("$argon2id$2".to_owned());
        let email = ada.email;
        let found = read!(store, |tx| users::password_of(tx, &email).await);
        assert_eq!(found, kept.clone().map(|phc| (id, phc)));
        let found = read!(store, |tx| users::password_of_member(tx, id).await);
        assert_eq!(found, kept);
    })
    .await;
}

async fn add(store: &Store, member: Member) -> Member {
    let added = member.clone();
    done(write!(store, Lane::Any, |tx| users::insert(tx, &added).await));
    member
}

fn done(written: Result<(), StoreError>) {
    written.unwrap();
}
