//! `OpenAI` Images: one call, and the pictures are there.

use std::time::Duration;

use nexora_providers::{ErrorKind, MediaProvider, Output, Submitted};

use crate::stage::Stage;

const ONE_SECOND: Option<Duration> = Some(Duration::from_secs(1));

fn pictures(submitted: Submitted) -> Vec<(Vec<u8>, Option<String>)> {
    let Submitted::Done(outputs) = submitted else {
        panic!("it is not done");
    };
    let pictures = outputs.into_iter().map(|output| match output {
        Output::Bytes {
            bytes,
            content_type,
        } => (bytes.to_vec(), content_type),
        Output::Url { .. } => panic!("bytes were promised"),
    });
    pictures.collect()
}

#[tokio::test]
async fn both_classes_paint_what_was_ordered() {
    let stage = Stage::open().await;
    let openai = stage.openai();
    for model in ["dall-e-2", "dall-e-3"] {
        let wishes = [("aspect_ratio", "3:2"), ("count", "2")];
        let order = stage.order(model, "a lake at dawn", &wishes);
        let pictures = pictures(stage.submit(&openai, &order).await.unwrap());
        assert_eq!(pictures.len(), 2, "{model}");
        let (bytes, content_type) = &pictures[1];
        assert!(bytes.starts_with(b"RIFF"), "{model}");
        assert_eq!(content_type.as_deref(), Some("image/webp"));
    }
    let submit = &stage.sandbox.submits()[0];
    assert_eq!(submit.client_request_id.as_deref(), Some("gen_0123.1"));
    assert_eq!(submit.body["safety_identifier"], "e5f0");
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let stage = Stage::open().await;
    let openai = stage.openai();
    let busy = ErrorKind::Busy { after: ONE_SECOND };
    for (word, kind) in [
        ("[sandbox:auth]", ErrorKind::Misconfigured),
        ("[sandbox:broke]", ErrorKind::Exhausted),
        ("[sandbox:busy]", busy),
        ("[sandbox:down]", ErrorKind::Down),
        ("[sandbox:lost]", ErrorKind::Ambiguous),
        ("[sandbox:ambiguous]", ErrorKind::Ambiguous),
        ("[sandbox:garbage]", ErrorKind::Broken),
        ("[sandbox:refuse]", ErrorKind::Refused),
        ("[sandbox:nsfw]", ErrorKind::Refused),
        ("[sandbox:fail]", ErrorKind::Down),
        ("[sandbox:partial]", ErrorKind::Down),
        ("[sandbox:huge]", ErrorKind::Broken),
    ] {
        let said = stage.fault(&openai, "dall-e-2", word).await;
        assert_eq!(said, kind, "{word}");
    }
}

#[tokio::test]
async fn it_cannot_be_searched() {
    let stage = Stage::open().await;
    assert!(stage.openai().finder().is_none());
}
