//! Storyboards: stills first, clips of what was approved, and never more than was agreed to.

use nexora_core::board::{Brief, Shift, ShotPlan};
use nexora_core::{Board, Catalog, Credits, GenerationState, Member, Plan, ShotId};
use nexora_engine::{
    BOARDS_MAX, BoardChange, BoardError, Part, Press, Pressed, Snag, StartError, StartKey, Step,
    Storyboard,
};
use nexora_sandbox::{Cue, Fault, Provider};

use crate::scene::{Scene, both};

fn brief(cap: &str) -> Brief {
    let fields = [("title", "Harbour"), ("cap", cap)];
    Brief::parse(fields, &Catalog::built_in().unwrap()).unwrap()
}

fn plan(fields: &[(&str, &str)]) -> ShotPlan {
    ShotPlan::parse(fields.iter().copied(), &Catalog::built_in().unwrap()).unwrap()
}

/// A board with these words, a shot each.
async fn board(scene: &Scene, member: &Member, cap: &str, words: &[&str]) -> Board {
    let mut board = scene.engine.open_board(member, brief(cap)).await.unwrap();
    for prompt in words {
        let written = plan(&[("prompt", prompt), ("move", "pan-left")]);
        board = change(scene, member, &board, BoardChange::Add(written)).await;
    }
    board
}

async fn change(scene: &Scene, member: &Member, board: &Board, what: BoardChange) -> Board {
    let changed = scene.engine.change_board(member, board.id, what).await;
    changed.unwrap()
}

async fn approve(scene: &Scene, member: &Member, board: &Board, shots: &[usize]) {
    for place in shots {
        let liked = BoardChange::Approve(board.shots[*place].id, true);
        change(scene, member, board, liked).await;
    }
}

async fn story(scene: &Scene, member: &Member, board: &Board) -> Storyboard {
    let found = scene.engine.board(member.id, board.id).await.unwrap();
    found.unwrap()
}

const fn pressing(step: Step) -> Press {
    Press {
        step,
        shot: None,
        shown: None,
        key: None,
    }
}

fn on_shot(step: Step, shot: ShotId) -> Press {
    Press {
        shot: Some(shot),
        ..pressing(step)
    }
}

async fn press(
    scene: &Scene,
    member: &Member,
    board: &Board,
    press: Press,
) -> Result<Pressed, BoardError> {
    scene.engine.press(member, board.id, press).await
}

const fn part(count: u32, credits: i64) -> Part {
    Part {
        count,
        credits: Credits::new(credits),
    }
}

#[tokio::test]
async fn only_what_was_approved_is_animated() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let harbour = board(&scene, &eve, "", &["a pier", "a gull", "a rope", "a sail"]).await;
        let before = story(&scene, &eve, &harbour).await;
        let quote = before.quote(scene.engine.catalog());
        assert_eq!((quote.stills, quote.stills_now), (part(4, 40), part(4, 40)));
        assert_eq!(quote.whole(), Credits::new(520));
        let stills = press(&scene, &eve, &harbour, pressing(Step::Stills)).await;
        let stills = stills.unwrap();
        assert_eq!(stills.started.len(), 4);
        assert_eq!(stills.balance.held, Credits::new(40));
        scene.play().await;
        approve(&scene, &eve, &harbour, &[0, 2]).await;
        let chosen = story(&scene, &eve, &harbour).await;
        let quote = chosen.quote(scene.engine.catalog());
        assert_eq!(
            (quote.stills_now, quote.clips_now),
            (part(0, 0), part(2, 240))
        );
        assert_eq!(quote.chosen(), Credits::new(280));
        assert_eq!(quote.saved(), Credits::new(240));
        let clips = press(&scene, &eve, &harbour, pressing(Step::Clips)).await;
        assert_eq!(clips.unwrap().started.len(), 2);
        scene.play().await;
        let filmed = story(&scene, &eve, &harbour).await;
        let reel: Vec<&str> = filmed
            .reel()
            .iter()
            .map(|(shot, ..)| &*shot.plan.prompt)
            .collect();
        assert_eq!(reel, ["a pier", "a rope"]);
        assert_eq!(filmed.used(), Credits::new(280));
        assert_eq!(scene.available(&eve).await, 10_015 - 280);
        let sent = scene.sandbox.submits();
        let clip = &sent.last().unwrap().body;
        assert_eq!(clip["camera_movement"], "pan-left");
        assert_eq!(
            clip["image_urls"].as_array().unwrap().len(),
            1,
            "it goes by its still"
        );
        let nothing = press(&scene, &eve, &harbour, pressing(Step::Clips)).await;
        assert!(matches!(nothing, Err(BoardError::NothingToDo(Step::Clips))));
        scene
    })
    .await;
}

#[tokio::test]
async fn two_presses_that_race_hold_once() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let harbour = board(&scene, &eve, "", &["a pier", "a gull"]).await;
        let stills = || press(&scene, &eve, &harbour, pressing(Step::Stills));
        let (one, other) = tokio::join!(stills(), stills());
        let lost = [one, other].into_iter().filter_map(Result::err);
        let lost: Vec<String> = lost.map(|why| why.to_string()).collect();
        assert_eq!(lost.len(), 1, "one of them finds nothing to do");
        assert!(lost[0].contains("Nothing was charged"), "{lost:?}");
        assert_eq!(scene.held(&eve).await, 20);
        scene.play().await;
        approve(&scene, &eve, &harbour, &[0, 1]).await;
        let key = StartKey::fresh();
        let clips = || {
            let keyed = Press {
                key: Some(key.clone()),
                ..pressing(Step::Clips)
            };
            press(&scene, &eve, &harbour, keyed)
        };
        let (one, other) = tokio::join!(clips(), clips());
        let replays = [one.unwrap().replayed, other.unwrap().replayed];
        assert_eq!(replays.iter().filter(|replayed| **replayed).count(), 1);
        assert_eq!(scene.held(&eve).await, 240);
        scene.play().await;
        let again = Press {
            key: Some(key.clone()),
            ..on_shot(Step::Clips, harbour.shots[0].id)
        };
        let reused = press(&scene, &eve, &harbour, again).await;
        assert!(matches!(
            reused,
            Err(BoardError::Start(StartError::KeyReused))
        ));
        assert_eq!(scene.available(&eve).await, 10_015 - 20 - 240);
        scene
    })
    .await;
}

#[tokio::test]
async fn a_cap_stops_all_of_a_press_or_nothing() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let harbour = board(&scene, &eve, "260", &["a pier", "a gull", "a rope"]).await;
        press(&scene, &eve, &harbour, pressing(Step::Stills))
            .await
            .unwrap();
        scene.play().await;
        approve(&scene, &eve, &harbour, &[0, 1]).await;
        let over = press(&scene, &eve, &harbour, pressing(Step::Clips)).await;
        let over = over.unwrap_err().to_string();
        assert!(
            over.contains("costs 240 credits") && over.contains("may cost 260 and 30"),
            "{over}"
        );
        assert_eq!(scene.held(&eve).await, 0);
        let raised = BoardChange::Brief(brief("270"));
        change(&scene, &eve, &harbour, raised).await;
        press(&scene, &eve, &harbour, pressing(Step::Clips))
            .await
            .unwrap();
        assert_eq!(scene.held(&eve).await, 240);
        let anew = on_shot(Step::Stills, harbour.shots[2].id);
        let anew = press(&scene, &eve, &harbour, anew).await;
        assert!(
            matches!(anew, Err(BoardError::OverCap { .. })),
            "what is held counts"
        );
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn too_few_credits_and_a_higher_price_start_nothing() {
    both(|scene| async move {
        let eve = scene.newcomer().await;
        scene
            .engine
            .set_plan(eve.id, Plan::Pro, "for the story".to_owned())
            .await
            .unwrap();
        let eve = scene.engine.member(eve.id).await.unwrap().unwrap();
        let harbour = board(&scene, &eve, "", &["a pier", "a gull"]).await;
        let shown = Press {
            shown: Some(Credits::new(10)),
            ..pressing(Step::Stills)
        };
        let dearer = press(&scene, &eve, &harbour, shown).await.unwrap_err();
        assert!(
            dearer.to_string().contains("costs 20 credits now, not 10"),
            "{dearer}"
        );
        let poor = press(&scene, &eve, &harbour, pressing(Step::Stills)).await;
        let Err(BoardError::Start(StartError::Insufficient { need, have })) = poor else {
            panic!("{poor:?}");
        };
        assert_eq!((need, have), (Credits::new(20), Credits::new(15)));
        assert_eq!(scene.held(&eve).await, 0, "not even the first of them");
        assert!(story(&scene, &eve, &harbour).await.runs.is_empty());
        scene
    })
    .await;
}

#[tokio::test]
async fn what_failed_is_made_again_and_does_not_count() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let harbour = board(&scene, &eve, "20", &["a pier", ""]).await;
        let refusal = Cue::new(Fault::Refuse).at(Provider::Higgsfield).times(1);
        scene.sandbox.script().push(refusal);
        let first = press(&scene, &eve, &harbour, pressing(Step::Stills))
            .await
            .unwrap();
        assert_eq!(first.started.len(), 1, "a shot without words waits");
        scene.play().await;
        let after = story(&scene, &eve, &harbour).await;
        let still = after.still(&after.board.shots[0]).unwrap();
        assert!(matches!(
            still.generation.state,
            GenerationState::Refused(_)
        ));
        assert_eq!(after.used(), Credits::ZERO, "it came back");
        let early = BoardChange::Approve(harbour.shots[0].id, true);
        let early = scene.engine.change_board(&eve, harbour.id, early).await;
        assert!(matches!(
            early,
            Err(BoardError::Shot {
                number: 1,
                why: Snag::NoStill
            })
        ));
        press(&scene, &eve, &harbour, pressing(Step::Stills))
            .await
            .unwrap();
        scene.play().await;
        approve(&scene, &eve, &harbour, &[0]).await;
        let anew = on_shot(Step::Stills, harbour.shots[0].id);
        press(&scene, &eve, &harbour, anew).await.unwrap();
        let after = story(&scene, &eve, &harbour).await;
        assert!(
            !after.board.shots[0].is_approved,
            "a new still is looked at anew"
        );
        scene.play().await;
        assert_eq!(story(&scene, &eve, &harbour).await.used(), Credits::new(20));
        scene
    })
    .await;
}

#[tokio::test]
async fn a_press_says_what_stands_in_its_way() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let harbour = board(&scene, &eve, "", &["a pier", ""]).await;
        let said = async |what| {
            let refused = press(&scene, &eve, &harbour, what).await;
            refused.unwrap_err().to_string()
        };
        let [first, second] = [harbour.shots[0].id, harbour.shots[1].id];
        let unwritten = said(on_shot(Step::Stills, second)).await;
        assert!(unwritten.contains("Shot 2 has no words"), "{unwritten}");
        let unseen = said(on_shot(Step::Clips, first)).await;
        assert!(unseen.contains("Shot 1 is not approved"), "{unseen}");
        press(&scene, &eve, &harbour, pressing(Step::Stills))
            .await
            .unwrap();
        let busy = said(on_shot(Step::Stills, first)).await;
        assert!(busy.contains("being made"), "{busy}");
        scene.play().await;
        let found = story(&scene, &eve, &harbour).await;
        let still = found.picture(&found.board.shots[0]).unwrap().to_string();
        let own = plan(&[("prompt", "a gull"), ("start", still.as_str())]);
        change(&scene, &eve, &harbour, BoardChange::Rewrite(second, own)).await;
        let needless = said(on_shot(Step::Stills, second)).await;
        assert!(needless.contains("Shot 2 goes by a picture"), "{needless}");
        approve(&scene, &eve, &harbour, &[1]).await;
        let clip = press(&scene, &eve, &harbour, on_shot(Step::Clips, second)).await;
        assert_eq!(clip.unwrap().started.len(), 1);
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn boards_are_their_members_own_and_go_with_them() {
    both(|scene| async move {
        let growth = scene.patron(Plan::Growth).await;
        let refused = scene.engine.open_board(&growth, brief("")).await;
        assert!(matches!(refused, Err(BoardError::Locked(Plan::Pro))));
        let (eve, bob) = (scene.patron(Plan::Pro).await, scene.patron(Plan::Pro).await);
        let harbour = board(&scene, &eve, "", &["a pier"]).await;
        assert!(
            scene
                .engine
                .board(bob.id, harbour.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(!scene.engine.delete_board(bob.id, harbour.id).await.unwrap());
        let stolen = press(&scene, &bob, &harbour, pressing(Step::Stills)).await;
        assert!(matches!(stolen, Err(BoardError::NotFound)));
        let ada = plan(&[("character", "chr_0191a0c0a0c07000800000000000000a")]);
        let strange = scene
            .engine
            .change_board(&eve, harbour.id, BoardChange::Add(ada))
            .await;
        assert!(matches!(strange, Err(BoardError::NoCharacter)));
        let made = press(&scene, &eve, &harbour, pressing(Step::Stills))
            .await
            .unwrap();
        scene.play().await;
        assert!(scene.engine.delete_board(eve.id, harbour.id).await.unwrap());
        scene.run(&eve, made.started[0].id).await;
        for _ in 0..BOARDS_MAX {
            board(&scene, &eve, "", &["a pier"]).await;
        }
        let one_more = scene.engine.open_board(&eve, brief("")).await;
        assert!(matches!(one_more, Err(BoardError::TooManyBoards)));
        scene.engine.farewell(&eve).await.unwrap();
        assert!(scene.engine.boards(eve.id).await.unwrap().is_empty());
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn shots_are_copied_moved_and_taken_off() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let harbour = board(&scene, &eve, "", &["a pier", "a gull"]).await;
        press(&scene, &eve, &harbour, pressing(Step::Stills))
            .await
            .unwrap();
        scene.play().await;
        let pier = harbour.shots[0].id;
        let copied = change(&scene, &eve, &harbour, BoardChange::Duplicate(pier)).await;
        let found = story(&scene, &eve, &harbour).await;
        assert!(
            found.picture(&copied.shots[1]).is_some(),
            "a copy has the still"
        );
        let last = BoardChange::Shift(pier, Shift::To(9));
        let moved = change(&scene, &eve, &harbour, last).await;
        assert_eq!(moved.number(pier), 3);
        let left = change(&scene, &eve, &harbour, BoardChange::Remove(pier)).await;
        assert_eq!(left.shots.len(), 2);
        let again = BoardChange::Remove(pier);
        let again = scene.engine.change_board(&eve, harbour.id, again).await;
        assert!(matches!(again, Err(BoardError::NoShot)));
        let used = story(&scene, &eve, &harbour).await.used();
        assert_eq!(used, Credits::new(20), "what was made for it still counts");
        scene
    })
    .await;
}
