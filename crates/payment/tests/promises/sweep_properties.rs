//! Whatever happens to a sweep, in whatever order: each step is carried out once, and the books say what the chain has.

use ledger::Account;
use money::Rounding;
use payment::sweep::Action;
use proptest::prelude::*;

use crate::books::Books;
use crate::sweep_chain::{Line, World, fee, fold, mixed, native, usdc};

/// What may happen next.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Errand(usize, Line, bool),
    Mine(usize),
    Reorganise(usize, bool),
    DropPool,
    Finalise,
    Raise(usize),
    Restart,
    /// An old event comes once more.
    Again(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    let line = prop_oneof![
        4 => Just(Line::Good), 1 => Just(Line::AnswerLost), 1 => Just(Line::RequestLost), 1 => Just(Line::Refused)
    ];
    prop_oneof![
        8 => (0..9_usize, line, prop::bool::weighted(0.1)).prop_map(|(n, line, dies)| Happening::Errand(n, line, dies)),
        4 => (0..9_usize).prop_map(Happening::Mine),
        1 => (1..5_usize, any::<bool>()).prop_map(|(depth, kept)| Happening::Reorganise(depth, kept)),
        1 => Just(Happening::DropPool),
        1 => Just(Happening::Finalise),
        1 => (0..9_usize).prop_map(Happening::Raise),
        1 => Just(Happening::Restart),
        1 => (0..500_usize).prop_map(Happening::Again),
    ]
}

fn let_happen(world: &mut World, happening: Happening) {
    match happening {
        Happening::Errand(choice, line, dies_first) => world.run_errand(choice, line, dies_first),
        Happening::Mine(choice) => world.mine(choice),
        Happening::Reorganise(depth, is_kept) => world.reorganise(depth, is_kept),
        Happening::DropPool => world.drop_pool(),
        Happening::Finalise => world.finalise(),
        Happening::Raise(step) => world.raise(step),
        Happening::Restart => world.restart(),
        Happening::Again(place) => {
            let event = world.journal[place % world.journal.len()].clone();
            world.record(&event);
        }
    }
}

/// Each account as the chain has it, from its blocks alone: native coin and token.
fn on_chain(world: &World) -> [(i64, i64); 2] {
    let (mut vault, mut wallet) = ((0, 0), (0, 0));
    let plan = &world.sweep.plan;
    for known in &world.mined {
        let step = &plan.steps[known.step];
        let gwei = |units: u128, rounding| native().amount(units, rounding).unwrap().minor();
        let paid = gwei(fee(&world.sweep, known), Rounding::Up);
        let by_fee_address = matches!(step.action, Action::TopUp { .. } | Action::SendAuthorized { .. });
        if by_fee_address {
            vault.0 -= paid
        } else {
            wallet.0 -= paid
        }
        let (coin, token) = match &step.action {
            Action::TopUp { units, .. } => (-gwei(*units, Rounding::Down), 0),
            Action::SendNative { units } => {
                let raised = step.gas.cost(known.price).unwrap() - step.gas.cost(plan.price).unwrap();
                (gwei(units - raised, Rounding::Down), 0)
            }
            Action::SendToken { units, .. } | Action::SendAuthorized { units, .. } => {
                (0, i64::try_from(*units).unwrap())
            }
        };
        vault = (vault.0 + coin, vault.1 + token);
        wallet = (wallet.0 - coin, wallet.1 - token);
    }
    [vault, wallet]
}

fn in_books(world: &World) -> [(i64, i64); 2] {
    let books = Books::of(world.sweep.entries());
    [Account::EvmVault, Account::EvmWallet].map(|account| {
        let balance = |currency| i64::try_from(books.balance(account, currency)).unwrap();
        (balance(native().currency), balance(usdc().currency))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_to_a_sweep_each_step_is_carried_out_once_and_the_books_agree(
        happenings in prop::collection::vec(happening(), 0..160),
    ) {
        let mut world = World::approved(mixed());
        for happening in happenings {
            let_happen(&mut world, happening);
            let books = Books::of(world.sweep.entries());
            prop_assert_eq!(books.total(native().currency), 0);
            prop_assert_eq!(books.total(usdc().currency), 0);
            prop_assert!(world.carried_out().values().all(|times| *times == 1));
        }
        prop_assert_eq!(&fold(&world.journal), &world.sweep);
        world.finish();
        prop_assert!(world.sweep.is_over(), "{:?}", world.sweep);
        prop_assert_eq!(world.carried_out().len(), world.sweep.plan.steps.len());
        prop_assert_eq!(in_books(&world), on_chain(&world));
    }
}
