//! The plan of this moment, from everything that was paid for.

use crate::clock::Timestamp;
use crate::plan::Plan;

/// A plan until a moment. Steps follow each other: the next one counts from where this one ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which plan.
    pub plan: Plan,
    /// When it is over; `None` is not in sight.
    pub until: Option<Timestamp>,
}

/// What a member has now, and what they have next if nobody tells us anything more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// The plan of this moment.
    pub plan: Plan,
    /// When that changes by itself.
    pub until: Option<Timestamp>,
    /// What it changes to.
    pub then: Plan,
    /// Which of the subscriptions it comes from, by its place in the list.
    pub source: Option<usize>,
}

/// What several subscriptions, each with its steps, amount to: the highest plan counts.
pub fn entitled(subscriptions: &[Vec<Step>], now: Timestamp) -> Entitlement {
    let (source, plan) = best_at(subscriptions, now);
    let mut moments: Vec<Timestamp> = subscriptions
        .iter()
        .flatten()
        .filter_map(|step| step.until)
        .filter(|until| *until > now)
        .collect();
    moments.sort_unstable();
    let change = moments
        .into_iter()
        .map(|moment| (moment, best_at(subscriptions, moment).1))
        .find(|(_, then)| *then != plan);
    Entitlement {
        plan,
        until: change.map(|(moment, _)| moment),
        then: change.map_or(plan, |(_, then)| then),
        source,
    }
}

fn best_at(subscriptions: &[Vec<Step>], moment: Timestamp) -> (Option<usize>, Plan) {
    let mut best = (None, Plan::Free);
    for (place, steps) in subscriptions.iter().enumerate() {
        let plan = plan_at(steps, moment);
        if plan > best.1 {
            best = (Some(place), plan);
        }
    }
    best
}

fn plan_at(steps: &[Step], moment: Timestamp) -> Plan {
    let lasts = |step: &&Step| step.until.is_none_or(|until| until > moment);
    steps
        .iter()
        .find(lasts)
        .map_or(Plan::Free, |step| step.plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_ms(day * 86_400_000)
    }

    fn step(plan: Plan, day: i64) -> Step {
        let until = Some(at(day));
        Step { plan, until }
    }

    #[test]
    fn without_a_subscription_it_is_free_for_ever() {
        let found = entitled(&[], at(0));
        assert_eq!((found.plan, found.until), (Plan::Free, None));
    }

    #[test]
    fn the_highest_plan_counts_and_the_lower_one_follows() {
        let pro = vec![step(Plan::Pro, 10)];
        let growth = vec![step(Plan::Growth, 20)];
        let found = entitled(&[growth.clone(), pro.clone()], at(5));
        let expected = Entitlement {
            plan: Plan::Pro,
            until: Some(at(10)),
            then: Plan::Growth,
            source: Some(1),
        };
        assert_eq!(found, expected);
        assert_eq!(entitled(&[growth, pro], at(10)).plan, Plan::Growth);
    }

    #[test]
    fn steps_of_one_plan_are_one() {
        let steps = vec![step(Plan::Pro, 10), step(Plan::Pro, 25)];
        let found = entitled(&[steps], at(5));
        assert_eq!((found.until, found.then), (Some(at(25)), Plan::Free));
    }
}
