//! Who somebody is.

use std::time::Duration;

use nexora_core::{DisplayName, Email, Password};
use nexora_engine::{ClientDevice, NewAccount, PasswordChangeError, SignInError, SignUpError};

use crate::scene::{both, device};

fn account(email: &str) -> NewAccount {
    let email = Email::parse(email).unwrap();
    NewAccount {
        display_name: DisplayName::from_email(&email),
        email,
        password: Password::choose("correct horse").unwrap(),
    }
}

#[tokio::test]
async fn an_address_opens_one_account_and_fifteen_credits_however_many_race() {
    both(|scene| async move {
        let tries = (0..20).map(|_| scene.engine.sign_up(account("eve@example.com"), device()));
        let outcomes = futures_util::future::join_all(tries).await;
        let (joined, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(joined.len(), 1);
        assert!(
            refused
                .iter()
                .all(|said| matches!(said, Err(SignUpError::EmailTaken)))
        );
        let eve = joined.into_iter().next().unwrap().unwrap().member;
        assert_eq!(scene.journal(&eve).await, ["grant 15"]);
        scene
    })
    .await;
}

#[tokio::test]
async fn only_the_right_password_opens_and_its_change_ends_the_other_sessions() {
    both(|scene| async move {
        let engine = &scene.engine;
        let first = engine
            .sign_up(account("dan@example.com"), device())
            .await
            .unwrap();
        let email = || Email::parse("dan@example.com").unwrap();
        let wrong = engine
            .sign_in(email(), Password::typed("wrong horse"), device())
            .await;
        assert!(matches!(wrong, Err(SignInError::Wrong)));
        let nobody = Email::parse("nobody@example.com").unwrap();
        let nobody = engine
            .sign_in(nobody, Password::typed("correct horse"), device())
            .await;
        assert!(matches!(nobody, Err(SignInError::Wrong)));
        let right = Password::typed("correct horse");
        let second = engine
            .sign_in(email(), right.clone(), device())
            .await
            .unwrap();
        assert_eq!(engine.sessions(first.member.id).await.unwrap().len(), 2);

        let chosen = Password::choose("battery staple").unwrap();
        let not_his = Password::typed("guess");
        let refused = engine
            .change_password(&first.member, not_his, chosen.clone(), device())
            .await;
        assert!(matches!(refused, Err(PasswordChangeError::Wrong)));
        let third = engine
            .change_password(&first.member, right, chosen, device())
            .await
            .unwrap();
        assert!(engine.authenticate(&first.token).await.unwrap().is_none());
        assert!(engine.authenticate(&second.token).await.unwrap().is_none());
        assert!(engine.authenticate(&third.token).await.unwrap().is_some());
        scene
    })
    .await;
}

#[tokio::test]
async fn guessing_gets_slow_for_the_guesser_alone() {
    both(|scene| async move {
        let engine = &scene.engine;
        engine
            .sign_up(account("amy@example.com"), device())
            .await
            .unwrap();
        let amy = || Email::parse("amy@example.com").unwrap();
        let guess = || engine.sign_in(amy(), Password::typed("guess"), device());
        for _ in 0..10 {
            assert!(matches!(guess().await, Err(SignInError::Wrong)));
        }
        assert!(matches!(
            guess().await,
            Err(SignInError::TooMany { wait_seconds: 1 })
        ));
        let elsewhere = ClientDevice {
            ip: "203.0.113.9".to_owned(),
            ..device()
        };
        let right = Password::typed("correct horse");
        assert!(
            engine
                .sign_in(amy(), right.clone(), elsewhere)
                .await
                .is_ok()
        );
        scene.clock.advance(Duration::from_secs(2));
        assert!(
            engine.sign_in(amy(), right, device()).await.is_ok(),
            "the wait ends"
        );
        scene
    })
    .await;
}

#[tokio::test]
async fn a_session_sleeps_thirty_days_and_lives_ninety() {
    both(|scene| async move {
        let day = Duration::from_secs(86_400);
        let engine = &scene.engine;
        let signed_in = engine
            .sign_up(account("ann@example.com"), device())
            .await
            .unwrap();
        for _ in 0..4 {
            scene.clock.advance(day * 20);
            assert!(
                engine
                    .authenticate(&signed_in.token)
                    .await
                    .unwrap()
                    .is_some(),
                "in use"
            );
        }
        scene.clock.advance(day * 11);
        assert!(
            engine
                .authenticate(&signed_in.token)
                .await
                .unwrap()
                .is_none(),
            "after 91 days"
        );

        let asleep = Email::parse("ann@example.com").unwrap();
        let right = Password::typed("correct horse");
        let asleep = engine.sign_in(asleep, right, device()).await.unwrap();
        scene.clock.advance(day * 31);
        assert!(
            engine.authenticate(&asleep.token).await.unwrap().is_none(),
            "not used"
        );
        scene
    })
    .await;
}
