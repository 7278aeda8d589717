//! Searches for policies that take the most to compile, and writes those to keep:
//!
//!     compile_bombs PROGRAM MINUTES SEED FILE
//!
//! Each candidate is run by the program. For each shape a model of the costs is fitted to what was measured (the logarithm of
//! a cost is linear in the logarithms of the numbers); candidates are variations of the worst ones so far, and the one that
//! the model expects to cost the most is run next. The worst of each shape and each way to end are kept.

#[cfg(target_os = "linux")]
fn main() {
    search::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod search {
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::process::Command;
    use std::time::{Duration, Instant};
    use std::{env, fs};

    use cxvars_tests::bomb::Bomb;
    use cxvars_tests::peak::{Taken, measure};
    use cxvars_tests::random::Random;

    /// Largest file that is tried, in bytes; larger ones are refused at once.
    const MAX_BYTES: usize = 1 << 20;
    /// Largest product of numbers that is built at all.
    const MAX_WORK: u64 = 16_000_000;
    /// Number of candidates among which the model chooses.
    const CANDIDATES: usize = 48;
    /// Number of terms of the model: a constant, and each number but the variant.
    const TERMS: usize = 4;

    /// A run: the logarithms of the numbers, and of both costs.
    struct Point {
        terms: [f64; TERMS],
        costs: [f64; 2],
    }

    struct Search {
        random: Random,
        program: PathBuf,
        folder: tempfile::TempDir,
        /// By shape and variant.
        points: BTreeMap<(usize, u32), Vec<Point>>,
        /// The worst by shape, way to end, and cost.
        worst: BTreeMap<(usize, String, usize), (Bomb, Taken)>,
    }

    pub(super) fn main() {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let [program, minutes, seed, file] = &arguments[..] else {
            panic!("usage: compile_bombs PROGRAM MINUTES SEED FILE")
        };
        let end = Instant::now() + Duration::from_secs(60 * minutes.parse::<u64>().expect("a number of minutes"));
        let folder = tempfile::tempdir().expect("a folder");
        let document = r#"[{"name": "region", "type": "string", "value": "eu"}]"#;
        fs::write(folder.path().join("vars.json"), document).expect("a document");
        let random = Random(seed.parse().expect("a seed that is not 0"));
        let program = fs::canonicalize(program).expect("a program");
        let mut search = Search { random, program, folder, points: BTreeMap::new(), worst: BTreeMap::new() };
        let mut runs = 0;
        while Instant::now() < end {
            let goal = runs % 2;
            let candidate = search.candidate(goal);
            search.run(candidate);
            runs += 1;
            if runs % 50 == 0 {
                search.write(file, runs);
            }
        }
        search.write(file, runs);
    }

    impl Search {
        /// A new bomb for one of the two goals: memory, or time.
        fn candidate(&mut self, goal: usize) -> Bomb {
            // Shapes take turns, so that each gets its share.
            let shape = self.random.below(Bomb::shapes());
            if self.random.below(4) == 0 {
                return self.anew(shape);
            }
            let candidates: Vec<Bomb> = (0..CANDIDATES).map(|_| self.varied(shape)).collect();
            let expected = |bomb: &Bomb| self.expected(bomb, goal);
            candidates
                .into_iter()
                .max_by(|one, other| expected(one).total_cmp(&expected(other)))
                .expect("there are some")
        }

        fn anew(&mut self, shape: usize) -> Bomb {
            loop {
                let mut number = |bits: usize| {
                    let bits = self.random.below(bits);
                    (1_u32 << bits) + self.random.below(1 << bits) as u32
                };
                let numbers = [number(19), number(12), number(12), 0];
                let bomb = Bomb::new(shape, [numbers[0], numbers[1], numbers[2], self.random.below(48) as u32]);
                if is_small(&bomb) {
                    return bomb;
                }
            }
        }

        /// One of the worst of this shape, with other numbers.
        fn varied(&mut self, shape: usize) -> Bomb {
            let worst: Vec<Bomb> =
                self.worst.iter().filter(|(key, _)| key.0 == shape).map(|(_, (bomb, _))| *bomb).collect();
            if worst.is_empty() {
                return self.anew(shape);
            }
            let mut numbers = self.random.one_of(&worst).numbers;
            for _ in 0..=self.random.below(2) {
                let at = self.random.below(4);
                let old = numbers[at];
                numbers[at] = match self.random.below(5) {
                    0 => old / 2,
                    1 => old.saturating_mul(2).max(1),
                    2 => old + 1 + self.random.below(3) as u32,
                    3 => old - old / 8,
                    _ => old + old / 8,
                };
            }
            numbers[3] %= 2_048;
            let bomb = Bomb::new(shape, numbers);
            if is_small(&bomb) { bomb } else { self.anew(shape) }
        }

        /// What the model expects. Where little is known, more, so that it is tried.
        fn expected(&self, bomb: &Bomb, goal: usize) -> f64 {
            let points = self.points.get(&(bomb.shape(), bomb.numbers[3] / 2)).map_or(&[][..], Vec::as_slice);
            if points.len() < 2 * TERMS {
                return f64::INFINITY;
            }
            let factors = fitted(points, goal);
            terms(bomb).iter().zip(factors).map(|(term, factor)| term * factor).sum()
        }

        fn run(&mut self, bomb: Bomb) {
            let component = bomb.component();
            if component.len() > MAX_BYTES {
                return;
            }
            let plugin = self.folder.path().join("bomb.wasm");
            fs::write(&plugin, &component).expect("a plugin");
            let mut command = Command::new(&self.program);
            command
                .args(["validate", "vars.json", "--no-config", "--plugin", "bomb.wasm"])
                .current_dir(self.folder.path());
            let taken = measure(&mut command);
            let costs = [(taken.peak_bytes as f64).ln(), taken.elapsed.as_secs_f64().ln()];
            let points = self.points.entry((bomb.shape(), bomb.numbers[3] / 2)).or_default();
            points.push(Point { terms: terms(&bomb), costs });
            let way = way(&taken);
            println!("{bomb} # {}", figures(&way, &taken));
            for goal in 0..2 {
                let cost = |taken: &Taken| [taken.peak_bytes as f64, taken.elapsed.as_secs_f64()][goal];
                let worst = self.worst.entry((bomb.shape(), way.clone(), goal)).or_insert((bomb, taken.clone()));
                if cost(&taken) > cost(&worst.1) {
                    *worst = (bomb, taken.clone());
                }
            }
        }

        fn write(&self, file: &str, runs: usize) {
            let mut lines: Vec<String> = self
                .worst
                .iter()
                .map(|((_, way, _), (bomb, taken))| format!("{bomb} # {}", figures(way, taken)))
                .collect();
            lines.sort();
            lines.dedup();
            fs::write(file, format!("# {runs} runs\n{}\n", lines.join("\n"))).expect("the file can be written");
        }
    }

    fn is_small(bomb: &Bomb) -> bool {
        let [count, width, functions, _] = bomb.numbers.map(u64::from);
        count * functions.max(1) * width.max(1) <= MAX_WORK
    }

    /// How a run ended, in a few words.
    fn way(taken: &Taken) -> String {
        let ways = [
            ("stopped after", "time"),
            ("the compiler failed", "memory"),
            ("once compiled", "size"),
            ("it has more than", "counted"),
            ("its functions have", "counted"),
            ("one of its functions", "counted"),
            ("is malformed", "malformed"),
            ("PX000", "no verdict"),
            ("PX001", "compiled"),
        ];
        let known = ways.iter().find(|(text, _)| taken.text.contains(text)).map_or("else", |(_, way)| way);
        format!("{known} {}", taken.code.map_or("killed".to_owned(), |code| format!("exit {code}")))
    }

    fn figures(way: &str, taken: &Taken) -> String {
        let [sum, own] = [taken.peak_bytes, taken.own_peak_bytes].map(|bytes| bytes >> 20);
        format!("{way}, {sum} MiB, {own} of them in the first process, {} ms", taken.elapsed.as_millis())
    }

    fn terms(bomb: &Bomb) -> [f64; TERMS] {
        let [count, width, functions, _] = bomb.numbers.map(|number| f64::from(number + 1).ln());
        [1.0, count, width, functions]
    }

    /// The factors of the terms that fit the costs best: least squares, with a little weight on small factors.
    fn fitted(points: &[Point], goal: usize) -> [f64; TERMS] {
        let mut matrix = [[0.0; TERMS + 1]; TERMS];
        for (row, line) in matrix.iter_mut().enumerate() {
            line[row] = 0.1;
            for point in points {
                for (value, term) in line.iter_mut().zip(point.terms) {
                    *value += point.terms[row] * term;
                }
                line[TERMS] += point.terms[row] * point.costs[goal];
            }
        }
        // Gauss and Jordan; the matrix is positive definite.
        for pivot in 0..TERMS {
            let head = matrix[pivot][pivot];
            for value in &mut matrix[pivot] {
                *value /= head;
            }
            let line = matrix[pivot];
            for (row, other) in matrix.iter_mut().enumerate() {
                if row != pivot {
                    let factor = other[pivot];
                    for (value, pivot_value) in other.iter_mut().zip(line) {
                        *value -= factor * pivot_value;
                    }
                }
            }
        }
        matrix.map(|line| line[TERMS])
    }
}
