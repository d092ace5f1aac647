//! People: who they are, how they prove it, what they pay for.

use nexora_core::{DisplayName, Email, Member, Plan};
use nexora_store::{Lane, Store, StoreError, users};

use crate::engines::{NOW, both, minutes, person, read, write};

#[tokio::test]
async fn a_person_is_found_by_id_and_by_address() {
    both(|store| async move {
        let ada = add(&store, person("ada@example.org")).await;
        let id = ada.id;
        assert_eq!(
            read!(store, |tx| users::by_id(tx, id).await),
            Some(ada.clone())
        );
        let email = Email::parse("ADA@example.org").unwrap();
        let found = read!(store, |tx| users::by_email(tx, &email).await);
        assert_eq!(found, Some(ada));
        let nobody = person("bob@example.org").id;
        assert_eq!(read!(store, |tx| users::by_id(tx, nobody).await), None);
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
            read!(store, |tx| users::plan_of(tx, id).await),
            Plan::Growth
        );
        done(write!(store, Lane::Member(id), |tx| {
            users::set_plan(tx, id, Plan::Pro, minutes(1)).await
        }));
        let found = read!(store, |tx| users::by_id(tx, id).await).unwrap();
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
            read!(store, |tx| users::list(tx, words, 10).await)
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
