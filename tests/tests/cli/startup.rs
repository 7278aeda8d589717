//! How long the program takes to say something: it is run by hooks and editors.

use std::time::Instant;

use cxvars_tests::process::Workspace;

/// Longest median of the whole process, its start included, in milliseconds. Measured 3 to 4 for a debug build.
const LONGEST_MS: f64 = 10.0;

fn median_ms(workspace: &Workspace, args: &[&str]) -> f64 {
    let mut times: Vec<f64> = (0..20)
        .map(|_| {
            let began = Instant::now();
            let output = workspace.command(args).output().unwrap();
            let took = began.elapsed().as_secs_f64() * 1000.0;
            assert!(output.status.success() && !output.stdout.is_empty());
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[10]
}

#[test]
fn the_program_starts_in_less_than_ten_milliseconds() {
    let workspace = Workspace::new();
    for args in [&["--version"][..], &["explain", "CX103"]] {
        // The machine may be busy with something else for a while: the best of some measurements counts.
        let medians: Vec<f64> = (0..3).map(|_| median_ms(&workspace, args)).collect();
        println!("{args:?}: medians of 20 runs {medians:.2?} ms");
        assert!(medians.iter().any(|median| *median < LONGEST_MS), "{args:?}: {medians:?} ms");
    }
}
