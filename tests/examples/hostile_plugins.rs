//! Writes the hostile plugins into a folder, for tests in other languages: `hostile_plugins FOLDER`. `cases.json` there
//! has the name of each, its memory limit in MiB, and a part of the reason for which `cxvars` stops it.

use std::path::PathBuf;
use std::{env, fs};

use cxvars_tests::hostile::cases;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).expect("a folder is named"));
    fs::create_dir_all(&folder)?;
    let mut all = Vec::new();
    for (number, case) in cases().iter().enumerate() {
        let file = format!("{number}.wasm");
        fs::write(folder.join(&file), &case.plugin)?;
        let memory_mib = case.limits.memory >> 20;
        all.push(serde_json::json!({"file": file, "name": case.name, "why": case.why, "memory_mib": memory_mib}));
    }
    fs::write(folder.join("cases.json"), serde_json::Value::from(all).to_string())
}
