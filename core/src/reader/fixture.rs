//! Helpers for the tests of all readers.

use super::tree::{NodeKind, Tree, Value};

/// Writes a tree as text, so that tests can compare whole trees.
pub(super) fn show(tree: &Tree<'_>) -> String {
    tree.root().map(|root| show_value(root, tree)).unwrap_or_default()
}

fn show_value(value: Value<'_>, tree: &Tree<'_>) -> String {
    let show = |value| show_value(value, tree);
    match value.node().unwrap().kind {
        NodeKind::Array => format!("[{}]", value.items().map(show).collect::<Vec<_>>().join(",")),
        NodeKind::Object => {
            let entries = value.entries().map(|entry| format!("{}:{}", entry.key(), show(entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        NodeKind::String => format!("{:?}", value.as_str().unwrap()),
        NodeKind::Unreadable => "?".into(),
        _ => tree.written(value.span()).into(),
    }
}

/// The source text of every node, in order.
pub(super) fn spans<'t>(tree: &Tree<'t>) -> Vec<&'t str> {
    tree.nodes.iter().map(|node| tree.written(node.span)).collect()
}

/// Asserts what holds for every tree: spans lie in the text, containers enclose their contents, every key has a value.
pub(super) fn assert_well_formed(tree: &Tree<'_>) {
    let inside = |span: crate::base::span::Span| tree.source.get(span.start()..span.end()).is_some();
    let mut previous = 0;
    for (index, node) in tree.nodes.iter().enumerate() {
        assert!(inside(node.span), "{:?}", node.span);
        assert!(node.span.start() >= previous, "{:?} begins before {previous}", node.span);
        previous = node.span.start();
        if matches!(node.kind, NodeKind::Array | NodeKind::Object) {
            let below = &tree.nodes[index + 1..node.link as usize];
            assert!(below.iter().all(|below| below.span.end() <= node.span.end()), "{:?}", node.span);
        }
        if node.kind == NodeKind::Key {
            let value = tree.nodes.get(index + 1).unwrap();
            assert!(value.kind != NodeKind::Key && value.span.start() >= node.span.end());
        }
    }
    for value in (0..tree.nodes.len()).map(|index| tree.at(index as u32)) {
        if value.shape() == super::Shape::Object {
            let keys = value.entries().map(|entry| entry.value.index() - 1);
            assert!(keys.into_iter().all(|key| tree.nodes[key as usize].kind == NodeKind::Key));
        }
    }
    for span in tree.syntax.iter().map(|fault| fault.span).chain(tree.comments.iter().copied()) {
        assert!(inside(span), "{span:?}");
    }
}
