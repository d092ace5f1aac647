//! Storyboards: kept with their shots in order, never overwritten by two, with what they cost.

use nexora_core::board::{Brief, Shot, ShotPlan};
use nexora_core::{
    Board, BoardId, Catalog, Credits, Generation, GenerationId, MemberId, Order, Quote, ShotId,
};
use nexora_store::boards::{self, Spent};
use nexora_store::{Lane, Store, StoreError, generations};

use crate::engines::{NOW, both, hours, member_with, minutes, read, write};

#[tokio::test]
async fn a_board_is_kept_with_its_shots_in_order() {
    both(|store| async move {
        let eve = member_with(&store, 0).await.id;
        let harbour = insert(&store, &board(eve, "Harbour")).await;
        let shots = ["a pier", "a gull"].map(|words| Shot::new(ShotId::new(NOW), plan(words)));
        let mut drawn = Board {
            shots: shots.to_vec(),
            ..harbour.clone()
        };
        drawn.brief.cap = Some(Credits::new(300));
        drawn.shots[1].is_approved = true;
        let saved = save(&store, &drawn).await.unwrap();
        assert_eq!(save(&store, &drawn).await, Err(StoreError::Conflict));
        let found = read!(store, |tx| boards::of_member(tx, eve, harbour.id).await);
        assert_eq!(found.as_ref(), Some(&saved));
        let turned = Board {
            shots: saved.shots.iter().rev().cloned().collect(),
            updated_at: minutes(1),
            ..saved
        };
        let turned = save(&store, &turned).await.unwrap();
        let other = insert(&store, &board(eve, "Another")).await;
        let listed = read!(store, |tx| boards::list(tx, eve, 9).await);
        assert_eq!(listed, [turned, other]);
        assert_eq!(read!(store, |tx| boards::count(tx, eve).await), 2);
        let bob = member_with(&store, 0).await.id;
        assert_eq!(read!(store, |tx| boards::list(tx, bob, 9).await), []);
        let strange = read!(store, |tx| boards::of_member(tx, bob, harbour.id).await);
        assert_eq!(strange, None);
    })
    .await;
}

#[tokio::test]
async fn a_board_knows_its_runs_and_what_they_cost() {
    both(|store| async move {
        let eve = member_with(&store, 0).await.id;
        let harbour = insert(&store, &board(eve, "Harbour")).await;
        let shot = Shot::new(ShotId::new(NOW), plan("a pier"));
        let (still, clip) = (run(eve, 10), run(eve, 120));
        let ended = Generation {
            charged: Some(Credits::new(7)),
            ended_at: Some(minutes(1)),
            ..still.clone()
        };
        for made in [&still, &clip] {
            start(&store, harbour.id, shot.id, made).await;
        }
        let before = read!(store, |tx| boards::spent(tx, harbour.id).await);
        assert_eq!(before, spent(0, 130));
        let written: Result<Generation, StoreError> = write!(store, Lane::Member(eve), |tx| {
            generations::save(tx, &ended).await
        });
        let ended = written.unwrap();
        let after = read!(store, |tx| boards::spent(tx, harbour.id).await);
        assert_eq!(after, spent(7, 120));
        let shown = Board {
            shots: vec![Shot {
                still: Some(still.id),
                clip: Some(clip.id),
                ..shot
            }],
            ..harbour
        };
        let shown = save(&store, &shown).await.unwrap();
        let both_runs = [ended.id, clip.id];
        for board in [None, Some(shown.id)] {
            let found = read!(store, |tx| generations::on_boards(tx, eve, board).await);
            let mut found: Vec<GenerationId> = found.iter().map(|run| run.id).collect();
            found.sort_by_key(|id| *id != ended.id);
            assert_eq!(found, both_runs);
        }
        let bob = member_with(&store, 0).await.id;
        assert!(!delete(&store, bob, shown.id).await);
        assert!(delete(&store, eve, shown.id).await);
        assert!(!delete(&store, eve, shown.id).await);
        let nothing = read!(store, |tx| generations::on_boards(tx, eve, None).await);
        assert_eq!(nothing, []);
        let stays = read!(store, |tx| generations::of_member(tx, eve, clip.id).await);
        assert!(stays.is_some());
        let none_left = read!(store, |tx| boards::spent(tx, shown.id).await);
        assert_eq!(none_left, spent(0, 0));
    })
    .await;
}

const fn spent(charged: i64, held: i64) -> Spent {
    Spent {
        charged: Credits::new(charged),
        held: Credits::new(held),
    }
}

fn plan(words: &str) -> ShotPlan {
    ShotPlan::parse([("prompt", words)], &Catalog::built_in().unwrap()).unwrap()
}

fn board(member: MemberId, title: &str) -> Board {
    Board {
        id: BoardId::new(hours(0)),
        member,
        brief: Brief::parse([("title", title)], &Catalog::built_in().unwrap()).unwrap(),
        shots: Vec::new(),
        created_at: NOW,
        updated_at: NOW,
        version: 0,
    }
}

fn run(member: MemberId, credits: i64) -> Generation {
    let catalog = Catalog::built_in().unwrap();
    let pairs = [("model", "soul-2"), ("prompt", "a pier")];
    let order = Order::parse(None, pairs, &catalog).unwrap();
    let quote = Quote {
        credits: Credits::new(credits),
        count: 1,
    };
    Generation::new(GenerationId::new(NOW), member, order, quote, NOW)
}

async fn insert(store: &Store, board: &Board) -> Board {
    let added = board.clone();
    let inserted: Result<(), StoreError> = write!(store, Lane::Member(board.member), |tx| {
        boards::insert(tx, &added).await
    });
    inserted.unwrap();
    board.clone()
}

async fn save(store: &Store, board: &Board) -> Result<Board, StoreError> {
    let changed = board.clone();
    write!(store, Lane::Member(board.member), |tx| {
        boards::save(tx, &changed).await
    })
}

async fn start(store: &Store, board: BoardId, shot: ShotId, run: &Generation) {
    let run = run.clone();
    let started: Result<(), StoreError> = write!(store, Lane::Member(run.member), |tx| {
        generations::insert(tx, &run).await?;
        boards::bind(tx, board, shot, run.id).await
    });
    started.unwrap();
}

async fn delete(store: &Store, member: MemberId, id: BoardId) -> bool {
    let deleted: Result<bool, StoreError> = write!(store, Lane::Member(member), |tx| {
        boards::delete(tx, member, id).await
    });
    deleted.unwrap()
}
