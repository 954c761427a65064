//! Rounds that turn, medians, ratios: what makes two servers' figures comparable.
//!
//! Each round starts one server after the other, in an order that turns, so that what the machine
//! does meanwhile falls on all alike; the table shows medians, and medians of each round's ratio.
//! Nothing is pinned: the kernel places the load and the server as it places them everywhere.
//!
//! Invariant: a figure that a server cannot have (compression, where it knows none) is NaN, shown
//! as a dash, and takes part in no ratio.

use std::io;

use crate::server::Recipe;

/// What the command line said.
pub struct Options {
    /// The servers, ours first.
    pub recipes: Vec<Recipe>,
    /// How often each is measured.
    pub rounds: usize,
    /// What the usual count of requests is multiplied by.
    pub scale: f64,
    only: Vec<String>,
}

impl Options {
    /// Reads `--rounds N`, `--scale F`, `--only NAME`…, `--without NAME`… and `--NAME COMMAND`,
    /// which gives the server of that name another command, or adds a column.
    ///
    /// # Errors
    /// `usage`, where the words do not fit it.
    pub fn read(recipes: Vec<Recipe>, usage: &str) -> Result<Self, String> {
        let mut options = Self { recipes, rounds: 9, scale: 1.0, only: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(flag) = arguments.next() {
            let value = arguments.next().ok_or(usage)?;
            match flag.as_str() {
                "--rounds" => options.rounds = value.parse().map_err(|_| usage)?,
                "--scale" => options.scale = value.parse().map_err(|_| usage)?,
                "--only" => options.only.push(value),
                "--without" => options.recipes.retain(|recipe| recipe.name != value),
                _ => {
                    let name = flag.strip_prefix("--").ok_or(usage)?;
                    match options.recipes.iter_mut().find(|recipe| recipe.name == name) {
                        Some(recipe) => recipe.command = value,
                        None => options.recipes.push(Recipe { name: name.into(), command: value }),
                    }
                }
            }
        }
        options.recipes.retain(|recipe| !recipe.command.is_empty());
        if options.recipes.is_empty() || options.rounds == 0 {
            return Err(usage.into());
        }
        Ok(options)
    }

    /// Whether the scenario is wanted: all are, unless some were named.
    pub fn wants(&self, scenario: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| scenario.contains(only.as_str()))
    }

    /// Samples of one scenario: for each server in the order of the recipes, one for each round.
    ///
    /// # Errors
    /// What the sample said, and whose it was.
    pub fn measure<S>(
        &self,
        scenario: &str,
        sample: impl Fn(&Recipe) -> io::Result<S>,
        told: impl Fn(&S) -> String,
    ) -> Result<Vec<Vec<S>>, String> {
        let count = self.recipes.len();
        let mut samples: Vec<Vec<S>> = (0..count).map(|_| Vec::new()).collect();
        for round in 0..self.rounds {
            for turn in 0..count {
                let index = (round + turn) % count;
                let (Some(recipe), Some(kept)) = (self.recipes.get(index), samples.get_mut(index))
                else {
                    continue;
                };
                let name = &recipe.name;
                let sample =
                    sample(recipe).map_err(|error| format!("{scenario}: {name}: {error}"))?;
                eprintln!("{scenario}, round {}: {name} {}", round + 1, told(&sample));
                kept.push(sample);
            }
        }
        Ok(samples)
    }

    /// The two lines above the rows.
    pub fn head(&self, first: &str) -> String {
        let names: Vec<&str> = self.recipes.iter().map(|recipe| recipe.name.as_str()).collect();
        let mut columns = vec![first.to_owned()];
        columns.extend(names.iter().map(|name| (*name).to_owned()));
        if let Some(("ours", others)) = names.split_first().map(|(first, rest)| (*first, rest)) {
            columns.extend(others.iter().map(|name| format!("ours / {name}")));
            if others.len() > 1 {
                columns.push("ours / the best".into());
            }
        }
        let rule = columns.iter().map(|_| "---|").collect::<String>();
        format!("| {} |\n|{rule}", columns.join(" | "))
    }

    /// One line: a cell for each server, then ours against each and against the best of them.
    pub fn row<S>(&self, name: &str, samples: &[Vec<S>], of: impl Fn(&S) -> f64) -> String {
        let mut line = format!("| {name} |");
        for samples in samples {
            line += &format!(" {} |", cell(median(samples.iter().map(&of).collect())));
        }
        let has_ours = self.recipes.first().is_some_and(|recipe| recipe.name == "ours");
        if let (true, Some((ours, others))) = (has_ours, samples.split_first()) {
            let others: Vec<&Vec<S>> = others.iter().collect();
            for other in &others {
                line += &format!(" {} |", cell(ratio(ours, &[*other], &of)));
            }
            if others.len() > 1 {
                line += &format!(" **{}** |", cell(ratio(ours, &others, &of)));
            }
        }
        line
    }
}

/// A figure as the tables show it.
pub fn cell(value: f64) -> String {
    if value.is_finite() { format!("{value:.2}") } else { "–".into() }
}

/// The middle of some figures; NaN where there are none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    if values.len() % 2 == 1 { at(middle) } else { (at(middle.wrapping_sub(1)) + at(middle)) / 2.0 }
}

/// Median over the rounds of ours against the best of the others in the same round.
pub fn ratio<S>(ours: &[S], others: &[&Vec<S>], of: impl Fn(&S) -> f64) -> f64 {
    let rounds = ours.iter().enumerate().map(|(round, sample)| {
        let theirs = others.iter().filter_map(|samples| samples.get(round)).map(&of);
        // `min` passes NaN over.
        of(sample) / theirs.fold(f64::NAN, f64::min)
    });
    median(rounds.collect())
}
