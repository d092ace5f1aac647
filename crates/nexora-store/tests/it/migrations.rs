//! The database is changed step by step, each step once, and never by a stranger.

use std::path::{Path, PathBuf};

use futures_util::future::join_all;
use nexora_store::{DatabaseUrl, Durability, Store, StoreConfig, StoreError, StoreKind};

use crate::engines::{Fresh, both_places, kinds, open};

#[tokio::test]
async fn an_empty_database_is_brought_up_to_date_once() {
    for kind in kinds() {
        let fresh = Fresh::empty(kind).await;
        let pending = fresh.store.pending_migrations().await.unwrap();
        assert_eq!(pending, names_in("sqlite"));
        let applied = fresh.store.migrate().await.unwrap();
        assert_eq!(applied, pending);
        assert_eq!(fresh.store.migrate().await.unwrap(), Vec::<String>::new());
        let pending = fresh.store.pending_migrations().await.unwrap();
        assert_eq!(pending, Vec::<String>::new());
        fresh.drop().await;
    }
}

#[tokio::test]
async fn programs_that_start_together_take_each_step_once() {
    for kind in kinds() {
        let fresh = Fresh::empty(kind).await;
        let stores = join_all((0..4).map(|_| open(&fresh.url))).await;
        let applied = join_all(stores.iter().map(Store::migrate)).await;
        let steps: Vec<_> = applied.into_iter().flat_map(Result::unwrap).collect();
        assert_eq!(steps, names_in("sqlite"));
        for store in stores {
            store.close().await;
        }
        fresh.drop().await;
    }
}

#[tokio::test]
async fn a_database_from_the_future_is_refused() {
    both_places(|fresh| async move {
        let newer = "INSERT INTO migrations VALUES ('9999_beyond', 'x', 1)";
        fresh.tamper(newer).await.unwrap();
        check_refused(&fresh, "newer version").await;
    })
    .await;
}

#[tokio::test]
async fn a_step_that_was_altered_is_refused() {
    both_places(|fresh| async move {
        let altered = "UPDATE migrations SET checksum = 'x' WHERE name = '0002_credits'";
        fresh.tamper(altered).await.unwrap();
        check_refused(&fresh, "0002_credits").await;
    })
    .await;
}

async fn check_refused(fresh: &Fresh, word: &str) {
    for refused in [
        fresh.store.migrate().await,
        fresh.store.pending_migrations().await,
    ] {
        let Err(StoreError::Refused(sentence)) = refused else {
            panic!("{refused:?}");
        };
        assert!(sentence.contains(word), "{sentence}");
    }
}

#[test]
fn both_engines_have_the_same_steps() {
    assert_eq!(names_in("sqlite"), names_in("postgres"));
}

#[test]
fn what_supabase_runs_is_what_we_run() {
    let ours = files_in(&crate_folder().join("migrations/postgres"));
    let theirs = files_in(&crate_folder().join("../../supabase/migrations"));
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let name = |file: &Path| {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            name.split_once('_').unwrap().1.to_owned()
        };
        assert_eq!(name(ours), name(theirs));
        let text = |file: &Path| std::fs::read_to_string(file).unwrap();
        assert_eq!(text(ours), text(theirs), "{}", theirs.display());
    }
}

/// Whoever comes through the database's own web interface sees and changes nothing.
#[tokio::test]
async fn web_roles_are_granted_nothing() {
    if !kinds().contains(&StoreKind::Postgres) {
        return;
    }
    let fresh = Fresh::empty(StoreKind::Postgres).await;
    let grant = "DO $$ BEGIN CREATE ROLE anon NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL;
                 END $$;
                 GRANT USAGE ON SCHEMA public TO anon;
                 ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon";
    fresh.tamper(grant).await.unwrap();
    fresh.store.migrate().await.unwrap();
    let open_doors = "DO $$ BEGIN
             IF EXISTS (SELECT 1 FROM information_schema.role_table_grants
                        WHERE grantee = 'anon' AND table_schema = 'public') THEN
                 RAISE EXCEPTION 'something is granted';
             END IF;
             IF EXISTS (SELECT 1 FROM pg_tables
                        WHERE schemaname = 'public' AND NOT rowsecurity) THEN
                 RAISE EXCEPTION 'row level security is off somewhere';
             END IF;
         END $$";
    fresh.tamper(open_doors).await.unwrap();
    let peek = "SET ROLE anon; SELECT * FROM history";
    let refused = fresh.tamper(peek).await.unwrap_err();
    assert!(refused.contains("permission denied"), "{refused}");
    fresh.drop().await;
}

#[tokio::test]
async fn a_transaction_pooler_is_refused() {
    let config = StoreConfig {
        url: DatabaseUrl::Postgres("postgres://u:s3cret@127.0.0.1:6543/n".to_owned()),
        connections_max: 4,
        durability: Durability::Full,
    };
    let Err(StoreError::Refused(sentence)) = Store::open(&config).await else {
        panic!("it was opened");
    };
    assert!(
        sentence.contains("6543") && sentence.contains("5432"),
        "{sentence}"
    );
    assert!(!sentence.contains("s3cret"));
}

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn names_in(engine: &str) -> Vec<String> {
    let files = files_in(&crate_folder().join("migrations").join(engine));
    let names = files
        .iter()
        .map(|file| file.file_stem().unwrap().to_str().unwrap());
    names.map(str::to_owned).collect()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
