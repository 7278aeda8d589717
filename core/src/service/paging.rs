//! Whether an answer is only a part of what there is.

use crate::service::members::{Members, elements};

/// Fields that hold an address or a mark of the next page. Names are compared without case, `_`, `-` and `@odata.`.
const NEXT: [&str; 12] = [
    "next",
    "nextlink",
    "nextpage",
    "nexturl",
    "nexturi",
    "nexthref",
    "nexttoken",
    "nextpagetoken",
    "nextpageurl",
    "nextcursor",
    "nextrecordsurl",
    "continuationtoken",
];
/// Fields that are `true` if there is more.
const MORE: [&str; 8] =
    ["more", "hasmore", "hasnext", "hasnextpage", "moreavailable", "istruncated", "truncated", "incomplete"];
/// Fields that hold the number of all variables.
const TOTAL: [&str; 6] = ["total", "totalcount", "totalrecords", "totalresults", "totalitems", "totalvariables"];
/// Fields that hold the number of pages.
const PAGES: [&str; 4] = ["totalpages", "pagecount", "numpages", "lastpage"];
/// Objects that hold any of these.
const INSIDE: [&str; 7] = ["links", "paging", "pagination", "page", "pageinfo", "meta", "metadata"];

/// The field of an answer by which there is more than it shows; `None` if it is whole. `shown` is the number of
/// variables that it shows.
pub(super) fn more(answer: &Members<'_>, shown: usize) -> Option<String> {
    let field = |members: &Members<'_>| {
        members.iter().find(|(key, text)| says_more(&plain(key), text, shown)).map(|(key, _)| key.to_owned())
    };
    field(answer).or_else(|| {
        let inner = answer.iter().filter(|(key, _)| INSIDE.contains(&plain(key).as_str()));
        inner.into_iter().find_map(|(key, text)| match Members::read(text) {
            Some(members) => Some(format!("{key}.{}", field(&members)?)),
            None => elements(text)?.into_iter().any(is_next_link).then(|| format!("{key}.next")),
        })
    })
}

fn plain(key: &str) -> String {
    let key = key.to_ascii_lowercase();
    key.strip_prefix("@odata.").unwrap_or(&key).chars().filter(|character| !matches!(character, '_' | '-')).collect()
}

fn says_more(key: &str, text: &str, shown: usize) -> bool {
    let number = text.trim_matches('"').parse::<f64>().ok();
    if NEXT.contains(&key) {
        let is_nothing = matches!(text, "null" | "false" | "\"\"") || number.is_some_and(|number| number <= 0.0);
        return !is_nothing && Members::read(text).is_none_or(|members| members.iter().next().is_some());
    }
    (MORE.contains(&key) && text.trim_matches('"').eq_ignore_ascii_case("true"))
        || (TOTAL.contains(&key) && number.is_some_and(|total| total > shown as f64))
        || (PAGES.contains(&key) && number.is_some_and(|pages| pages > 1.0))
}

/// Whether this is an element of a list of links, such as `{"rel": "next", "href": "…"}`.
fn is_next_link(text: &str) -> bool {
    let Some(Ok(Some(rel))) = Members::read(text).map(|link| link.get("rel")) else { return false };
    rel.eq_ignore_ascii_case("\"next\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(fields: &str) -> Option<String> {
        let text = format!(r#"{{"id": "x", "variables": [1, 2], {fields}}}"#);
        more(&Members::read(&text).unwrap(), 2)
    }

    #[test]
    fn an_answer_that_says_that_there_is_more_is_a_part() {
        for (fields, field) in [
            (r#""next": "/page/2""#, "next"),
            (r#""@odata.nextLink": "https://x""#, "@odata.nextLink"),
            (r#""next_page_token": "abc""#, "next_page_token"),
            (r#""nextPage": 2"#, "nextPage"),
            (r#""next": {"href": "/2"}"#, "next"),
            (r#""links": {"self": "/1", "next": "/2"}"#, "links.next"),
            (r#""_links": {"next": {"href": "/2"}}"#, "_links.next"),
            (r#""links": [{"rel": "self"}, {"rel": "next", "href": "/2"}]"#, "links.next"),
            (r#""hasMore": true"#, "hasMore"),
            (r#""page": 1, "totalPages": 2"#, "totalPages"),
            (r#""pageInfo": {"hasNextPage": true}"#, "pageInfo.hasNextPage"),
            (r#""total": 3"#, "total"),
            (r#""paging": {"totalCount": "51"}"#, "paging.totalCount"),
        ] {
            assert_eq!(found(fields).as_deref(), Some(field), "{fields}");
        }
    }

    #[test]
    fn an_answer_that_says_that_it_is_the_last_page_is_whole() {
        for fields in [
            r#""next": null"#,
            r#""next": "", "nextPage": 0, "next_page": false"#,
            r#""links": {"self": "/1", "next": null}"#,
            r#""_links": {"next": {}}"#,
            r#""links": [{"rel": "self"}]"#,
            r#""hasMore": false, "total": 2, "total_pages": 1, "paging": {"total": 0}"#,
            r#""links": "x", "page": 1, "description": "total: 9""#,
        ] {
            assert_eq!(found(fields), None, "{fields}");
        }
    }
}
