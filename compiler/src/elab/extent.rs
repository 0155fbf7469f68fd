//! How much a declared type stands for when every name in it is written out: types that name each other several times
//! grow without bound.

use super::ty::built_in;
use crate::{
    circles,
    db::SourceFile,
    names::{self, Decl, TypeExpr},
};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The most parts of a type, its fields' and elements' types included.
pub const LARGEST_TYPE: u32 = 10_000;
/// The most declared types one in the other.
pub const DEEPEST_TYPE: u32 = 64;

/// What a declared type comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    /// It has so many parts, and so many declared types one in the other.
    Fits { parts: u32, depth: u32 },
    /// More than there may be.
    TooLarge,
    /// It contains itself.
    Recursive,
}

/// The types that a file declares.
#[salsa::tracked(returns(ref))]
pub(super) fn of_file(db: &dyn salsa::Database, file: SourceFile) -> FxHashMap<String, Extent> {
    let own = names::exports(db, file).names(is_type);
    measure(db, file, &BTreeMap::new(), own.into_iter().map(|name| (Some(file), name)))
}

/// The types that an orchestrator of a file declares.
pub(super) fn of_orchestrator(
    db: &dyn salsa::Database,
    file: SourceFile,
    types: &BTreeMap<String, TypeExpr>,
) -> FxHashMap<String, Extent> {
    measure(db, file, types, types.keys().map(|name| (None, name.clone())))
}

fn is_type(decl: &Decl) -> bool {
    matches!(decl, Decl::Type { .. })
}

/// A declared type: of a file, or of the orchestrator.
type Key = (Option<SourceFile>, String);

fn measure(
    db: &dyn salsa::Database,
    file: SourceFile,
    local: &BTreeMap<String, TypeExpr>,
    declared: impl Iterator<Item = Key>,
) -> FxHashMap<String, Extent> {
    let find = |(of, name): &Key| match of {
        None => local.get(name),
        Some(file) => match &*names::exports(db, *file).find(name, is_type)?.decl {
            Decl::Type { ty, .. } => Some(ty),
            _ => None,
        },
    };
    let meant = |of: Option<SourceFile>, name: &str| {
        if of.is_none() && local.contains_key(name) {
            return Some((None, name.to_owned()));
        }
        let binding = names::file_scope(db, of.unwrap_or(file)).find(name, is_type)?;
        Some((Some(binding.file), binding.name.clone()))
    };
    let named = |key: &Key| {
        let mut written = Vec::new();
        if let Some(ty) = find(key) {
            collect(ty, &mut written);
        }
        written.into_iter().filter_map(|name| meant(key.0, name)).collect()
    };
    let (types, edges) = names::reachable(declared, named);
    let mut extents = vec![Extent::Recursive; types.len()];
    for component in circles::components(&edges) {
        let [only] = component[..] else { continue };
        if !edges[only].contains(&only) {
            let own = find(&types[only]).map_or(0, parts);
            extents[only] = sum(own, edges[only].iter().map(|other| extents[*other]));
        }
    }
    let asked = types.into_iter().zip(extents);
    let is_asked = |of: &Option<SourceFile>| if local.is_empty() { *of == Some(file) } else { of.is_none() };
    asked.filter(|((of, _), _)| is_asked(of)).map(|((_, name), extent)| (name, extent)).collect()
}

/// What a type comes to with the types that it names. What is wrong elsewhere counts as nothing here.
fn sum(own: u32, named: impl Iterator<Item = Extent>) -> Extent {
    let (mut all, mut deepest) = (own, 0);
    for extent in named {
        if let Extent::Fits { parts, depth } = extent {
            all = all.saturating_add(parts);
            deepest = deepest.max(depth);
        }
    }
    if all > LARGEST_TYPE || deepest >= DEEPEST_TYPE {
        return Extent::TooLarge;
    }
    Extent::Fits { parts: all, depth: deepest + 1 }
}

/// The names of declared types in a type, each as often as it is written.
fn collect<'t>(ty: &'t TypeExpr, found: &mut Vec<&'t str>) {
    match ty {
        TypeExpr::Name(name) if built_in(name).is_none() => found.push(name),
        TypeExpr::List(inner) | TypeExpr::Map(inner) => collect(inner, found),
        TypeExpr::Union(parts) => parts.iter().for_each(|part| collect(part, found)),
        TypeExpr::Record(fields) => fields.iter().for_each(|field| collect(&field.ty, found)),
        _ => {}
    }
}

/// How many parts are written in a type.
fn parts(ty: &TypeExpr) -> u32 {
    match ty {
        TypeExpr::List(inner) | TypeExpr::Map(inner) => 1 + parts(inner),
        TypeExpr::Union(alternatives) => 1 + alternatives.iter().map(parts).sum::<u32>(),
        TypeExpr::Record(fields) => 1 + fields.iter().map(|field| parts(&field.ty)).sum::<u32>(),
        _ => 1,
    }
}
