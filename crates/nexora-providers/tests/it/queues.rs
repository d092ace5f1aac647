//! What goes wrong alike with every provider that queues its jobs.

use std::time::Duration;

use nexora_providers::{ErrorKind, MediaProvider, Polled};

use crate::stage::{Stage, finish, outputs, troubles};

const ONE_SECOND: Option<Duration> = Some(Duration::from_secs(1));

/// A provider, and a model of its.
struct Queue {
    provider: Box<dyn MediaProvider>,
    model: &'static str,
    /// What it says when there is no room for another job.
    busy: ErrorKind,
    /// What it says when it is asked too often.
    hurried: ErrorKind,
}

fn queues(stage: &Stage) -> [Queue; 4] {
    let queue = |provider, model| Queue {
        provider,
        model,
        busy: ErrorKind::Busy { after: ONE_SECOND },
        hurried: ErrorKind::Busy { after: ONE_SECOND },
    };
    [
        queue(Box::new(stage.fal()), "kling-3.0"),
        queue(Box::new(stage.replicate()), "flux-schnell"),
        queue(Box::new(stage.runway()), "runway-gen-4.5"),
        Queue {
            // It has no words for when there will be room.
            busy: ErrorKind::Busy { after: None },
            ..queue(Box::new(stage.higgsfield()), "director")
        },
    ]
}

#[tokio::test]
async fn what_goes_wrong_at_the_submit_is_told_apart() {
    let stage = Stage::open().await;
    for queue in queues(&stage) {
        let fault = async |word| {
            let said = stage.fault(&*queue.provider, queue.model, word).await;
            (said, stage.sandbox.submits().len())
        };
        let before = stage.sandbox.submits().len();
        for (word, kind) in [
            ("[sandbox:auth]", ErrorKind::Misconfigured),
            ("[sandbox:broke]", ErrorKind::Exhausted),
            ("[sandbox:busy]", queue.busy.clone()),
            ("[sandbox:down]", ErrorKind::Down),
            ("[sandbox:lost]", ErrorKind::Ambiguous),
        ] {
            assert_eq!(fault(word).await, (kind, before), "{} {word}", queue.model);
        }
        for (word, kind, taken) in [
            ("[sandbox:ambiguous]", ErrorKind::Ambiguous, 1),
            ("[sandbox:garbage]", ErrorKind::Broken, 2),
        ] {
            let expected = (kind, before + taken);
            assert_eq!(fault(word).await, expected, "{} {word}", queue.model);
        }
    }
}

#[tokio::test]
async fn a_poll_that_fails_can_be_repeated() {
    let stage = Stage::open().await;
    for queue in queues(&stage) {
        let provider = &*queue.provider;
        for (word, kind) in [
            ("[sandbox:poll-auth]", ErrorKind::Misconfigured),
            ("[sandbox:poll-busy]", queue.hurried),
            ("[sandbox:poll-down]", ErrorKind::Down),
            ("[sandbox:poll-lost]", ErrorKind::Down),
            ("[sandbox:poll-garbage]", ErrorKind::Broken),
        ] {
            let order = stage.order(queue.model, word, &[]);
            let ticket = stage.ticket(provider, &order).await;
            let seen = troubles(provider, &ticket).await;
            assert_eq!(seen, [kind.clone(), kind], "{} {word}", queue.model);
            let made = outputs(finish(provider, &ticket).await);
            assert_eq!(made.len(), 1, "{} {word}", queue.model);
        }
    }
}

#[tokio::test]
async fn what_can_be_stopped_is_cancelled_or_forgotten() {
    let stage = Stage::open().await;
    for queue in queues(&stage) {
        let provider = &*queue.provider;
        let order = stage.order(queue.model, "[sandbox:stuck]", &[]);
        let ticket = stage.ticket(provider, &order).await;
        let waiting = provider.poll(&ticket).await.unwrap();
        assert!(matches!(waiting, Polled::Waiting(_)));
        provider.cancel(&ticket).await.unwrap();
        let ended = finish(provider, &ticket).await;
        let is_over = matches!(ended, Polled::Cancelled | Polled::Gone);
        assert!(is_over, "{}: {ended:?}", queue.model);
    }
}
