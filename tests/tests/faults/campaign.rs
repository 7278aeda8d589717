//! Several faults at once: pairs of a single fault and a lasting one, and random runs.

use cxvars_core::base::vocabulary::VariableType;
use cxvars_core::plan::{PlanOptions, Prune, RememberedVariable};
use cxvars_core::service::stored::EncryptedRoundtrip;
use cxvars_simulator::Variable;
use cxvars_simulator::service::VariableType as Kind;
use cxvars_tests::campaign::Size;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::{Scenario, wanted};
use serde_json::{Value, json};

use crate::first;

/// All faults of the simulator, with their phases.
pub(crate) fn all_faults() -> Vec<(&'static str, Value)> {
    let shared = [
        json!({"kind": "status", "status": 429, "retry_after": 2}),
        json!({"kind": "status", "status": 429, "retry_after": "http-date:+90"}),
        json!({"kind": "status", "status": 503, "retry_after": null}),
        json!({"kind": "reset", "when": "before_commit"}),
        json!({"kind": "truncated"}),
        json!({"kind": "slow", "delay_ms": 40_000}),
        json!({"kind": "status", "status": 403}),
        json!({"kind": "garbage"}),
        json!({"kind": "redirect", "location": "http://127.0.0.1:2/"}),
    ];
    let mut faults: Vec<(&str, Value)> = Vec::new();
    for fault in &shared {
        faults.extend(["token", "get", "put"].map(|phase| (phase, fault.clone())));
    }
    for phase in ["get", "put"] {
        faults.push((phase, json!({"kind": "revoke_token"})));
        faults.push((phase, json!({"kind": "writer_before", "name": "limit", "value": "9"})));
        faults.push((phase, json!({"kind": "writer_after", "name": "other", "value": "8"})));
        faults.push((phase, json!({"kind": "state", "state": "PUBLISHING"})));
        faults.push((phase, json!({"kind": "empty"})));
        for form in ["typed", "capitals", "nulls", "absent", "marked"] {
            faults.push((phase, json!({"kind": "rewritten", "form": form})));
        }
        for form in ["weak", "gzip"] {
            faults.push((phase, json!({"kind": "tag", "form": form})));
        }
    }
    faults.extend([
        ("put", json!({"kind": "status", "status": 500, "commit": true})),
        ("put", json!({"kind": "reset", "when": "after_commit"})),
        ("put", json!({"kind": "slow", "delay_ms": 40_000, "commit": false})),
        ("put", json!({"kind": "no_variables"})),
        ("put", json!({"kind": "drop_variable", "name": "limit"})),
        ("put", json!({"kind": "flip_encrypted", "name": "token"})),
        ("put", json!({"kind": "status", "status": 412})),
        ("put", json!({"kind": "status", "status": 423})),
        ("put", json!({"kind": "status", "status": 408})),
        ("put", json!({"kind": "status", "status": 425})),
        ("put", json!({"kind": "status", "status": 499, "commit": true})),
        ("put", json!({"kind": "status", "status": 200, "body": "{\"success\": false, \"message\": \"no\"}"})),
        ("put", json!({"kind": "status", "status": 202})),
        ("put", json!({"kind": "status", "status": 202, "commit": true})),
        ("put", json!({"kind": "late", "status": 202, "delay_ms": 5_000})),
        ("put", json!({"kind": "late", "status": 504, "delay_ms": 6_000})),
        ("put", json!({"kind": "late", "status": 502, "delay_ms": 60_000})),
        ("put", json!({"kind": "echo"})),
        ("put", json!({"kind": "cut_value", "name": "limit", "characters": 0})),
        ("get", json!({"kind": "part", "shown": 1})),
        ("get", json!({"kind": "status", "status": 425})),
        ("get", json!({"kind": "status", "status": 408})),
        ("get", json!({"kind": "lag", "ms": 2_000})),
        ("get", json!({"kind": "lag", "ms": 12_000})),
        ("token", json!({"kind": "token_scope", "scope": "dataactions:read"})),
    ]);
    faults
}

/// One of this many pairs is tried. Each fault occurs in some of them, both as the single and as the lasting fault.
const ONE_IN: Size = Size { usual: 5, campaign: 1 };
/// Number of random runs.
const RANDOM: Size = Size { usual: 1_000, campaign: 10_000 };

fn pairs_with_one_that_lasts(bases: &[Scenario]) {
    let faults = all_faults();
    let lasting = json!({"from": 2});
    for base in bases {
        for (at, (phase, fault)) in faults.iter().enumerate() {
            let others = faults.iter().enumerate().filter(|(other, _)| (at + other).is_multiple_of(ONE_IN.get()));
            for (_, (other_phase, other)) in others {
                run(&base.clone().fault(phase, &first(), fault).fault(other_phase, &lasting, other));
            }
        }
    }
}

#[test]
fn a_fault_and_another_that_lasts_end_in_the_truth() {
    pairs_with_one_that_lasts(&[Scenario::change(), Scenario::secret_change()]);
}

#[test]
fn a_fault_and_another_that_lasts_end_in_the_truth_with_if_match() {
    pairs_with_one_that_lasts(&[Scenario::change().guarded(), Scenario::secret_change().guarded()]);
}

/// A small generator (xorshift64), so that a failing run can be repeated with its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }
}

const PLAIN: [&str; 3] = ["limit", "region", "other"];
const SECRET: [&str; 2] = ["token", "key"];

/// Variables of other types, with an old and a new value. Objects are without white space and have sorted keys.
const TYPED: [(&str, Kind, &str, &str); 4] = [
    ("count", Kind::Integer, "9007199254740993", "-3"),
    ("active", Kind::Boolean, "true", "false"),
    ("shape", Kind::Object, "{\"a\":1,\"b\":[\"é\"]}", "{}"),
    ("note", Kind::String, "", "x"),
];

/// Random stored and wanted variables: any mixture of new, changed, unchanged, absent and omitted ones.
fn mixture(random: &mut Random) -> Scenario {
    let mut scenario = Scenario::change();
    (scenario.stored, scenario.wanted) = (Vec::new(), Vec::new());
    for (name, encrypted) in PLAIN.map(|name| (name, false)).into_iter().chain(SECRET.map(|name| (name, true))) {
        let old = format!("old-{name}");
        let is_stored = !random.one_in(3);
        if is_stored {
            let variable = Variable { encrypted, ..Variable::plain(name, &old) };
            scenario.stored.push(variable);
        }
        if random.one_in(4) {
            continue;
        }
        let is_same = random.one_in(2);
        let mut variable = wanted(name, &if is_same { old } else { format!("new-{name}") }, encrypted);
        variable.absent = random.one_in(8);
        if encrypted && random.one_in(2) {
            // The remembered fingerprint is right, because nobody else changes secrets in these runs.
            variable.fingerprint = Some(format!("key:{is_same}"));
            let remembered = RememberedVariable {
                type_word: "string".to_owned(),
                scope: "action".to_owned(),
                fingerprint: is_stored.then(|| "key:true".to_owned()),
                secret_version: None,
            };
            scenario.remembered.variables.insert(name.to_owned(), remembered);
        }
        scenario.wanted.push(variable);
    }
    for (name, kind, old, new) in TYPED {
        if !random.one_in(3) {
            scenario.stored.push(Variable { kind, ..Variable::plain(name, old) });
        }
        if !random.one_in(3) {
            let mut variable = wanted(name, if random.one_in(2) { old } else { new }, false);
            variable.variable_type = VariableType::parse(&format!("{kind:?}").to_lowercase()).unwrap();
            scenario.wanted.push(variable);
        }
    }
    scenario
}

fn random_scenario(seed: u64) -> Scenario {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut scenario = match random.below(3) {
        0 => Scenario::change(),
        1 => Scenario::secret_change(),
        _ => mixture(&mut random),
    };
    scenario.seed = seed;
    scenario.if_match = random.one_in(2);
    scenario.full_body = random.one_in(3);
    scenario.wait_when_busy = random.one_in(2);
    scenario.options = PlanOptions {
        prune: match random.below(3) {
            0 => Prune::Everything,
            1 => Prune::Names(["region".to_owned(), "key".to_owned()].into()),
            _ => Prune::Nothing,
        },
        force: random.one_in(6),
        roundtrip: if random.one_in(2) { EncryptedRoundtrip::MaskKeeps } else { EncryptedRoundtrip::Refuse },
        ..PlanOptions::default()
    };
    let faults = all_faults();
    for number in 0..random.below(6) {
        let place = match random.below(4) {
            0 => json!({"every": true}),
            1 => json!({"from": 1 + random.below(4)}),
            _ => json!({"nth": 1 + random.below(5), "times": 1 + random.below(2)}),
        };
        if random.one_in(3) {
            // Every writer has its own value, so that states are distinguishable.
            let kind = if random.one_in(2) { "writer_before" } else { "writer_after" };
            let name = PLAIN[random.below(3)];
            let fault = json!({"kind": kind, "name": name, "value": format!("theirs-{number}")});
            let phase = if random.one_in(2) { "get" } else { "put" };
            scenario = scenario.fault(phase, &json!({"nth": 1 + random.below(3)}), &fault);
        } else {
            let (phase, fault) = &faults[random.below(faults.len())];
            scenario = scenario.fault(phase, &place, fault);
        }
    }
    if random.one_in(8) {
        scenario.trouble.unreachable = vec![1 + random.below(8)];
    }
    if random.one_in(10) {
        scenario.trouble.interrupt_at_ms = Some(random.below(9000) as u64);
    }
    scenario
}

#[test]
fn random_runs_with_several_faults_at_once_end_in_the_truth() {
    for seed in 1..=RANDOM.get() as u64 {
        run(&random_scenario(seed));
    }
}
