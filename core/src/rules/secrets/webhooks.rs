//! URLs whose path is the secret: to know one is enough to send.

use super::harmless::is_dashed_uuid;
use super::randomness::is_random_where_a_key_may_be;

/// How such URLs begin, after the scheme, and the fewest characters that follow. `*` stands for one label of the host, or
/// for one part of the path. Each line is from the documentation of its service on incoming webhooks or on its endpoints.
const WEBHOOKS: [(&str, usize, &str); 38] = [
    ("hooks.slack.com/services/T", 20, "a Slack webhook"),
    ("hooks.slack.com/workflows/", 20, "a Slack webhook"),
    ("hooks.slack.com/triggers/", 20, "a Slack webhook"),
    ("hooks.slack-gov.com/services/T", 20, "a Slack webhook"),
    ("discord.com/api/webhooks/", 60, "a Discord webhook"),
    ("discordapp.com/api/webhooks/", 60, "a Discord webhook"),
    ("*.discord.com/api/webhooks/", 60, "a Discord webhook"),
    ("*.webhook.office.com/webhookb2/", 60, "a Microsoft Teams webhook"),
    ("outlook.office.com/webhook/", 60, "a Microsoft Teams webhook"),
    ("outlook.office365.com/webhook/", 60, "a Microsoft Teams webhook"),
    ("hooks.zapier.com/hooks/catch/", 10, "a Zapier webhook"),
    ("hooks.zapier.com/hooks/standard/", 10, "a Zapier webhook"),
    ("hook.*.make.com/", 20, "a Make webhook"),
    ("hook.integromat.com/", 20, "a Make webhook"),
    ("hooks.airtable.com/workflows/", 20, "an Airtable webhook"),
    ("hooks.workato.com/webhooks/", 20, "a Workato webhook"),
    ("webhooks.workato.com/webhooks/", 20, "a Workato webhook"),
    ("maker.ifttt.com/trigger/*/with/key/", 16, "an IFTTT webhook"),
    ("maker.ifttt.com/trigger/*/json/with/key/", 16, "an IFTTT webhook"),
    ("maker.ifttt.com/use/", 16, "an IFTTT webhook"),
    ("api.telegram.org/bot", 40, "a Telegram bot token"),
    ("api.telegram.org/file/bot", 40, "a Telegram bot token"),
    ("events.pagerduty.com/integration/", 30, "a PagerDuty integration URL"),
    ("http-intake.logs.*/v1/input/", 30, "a Datadog intake URL"),
    ("http-intake.logs.datadoghq.com/v1/input/", 30, "a Datadog intake URL"),
    ("http-intake.logs.datadoghq.eu/v1/input/", 30, "a Datadog intake URL"),
    ("alert.victorops.com/integrations/", 30, "a Splunk On-Call URL"),
    ("open.feishu.cn/open-apis/bot/v2/hook/", 30, "a Feishu webhook"),
    ("open.larksuite.com/open-apis/bot/v2/hook/", 30, "a Lark webhook"),
    ("webexapis.com/v1/webhooks/incoming/", 30, "a Webex webhook"),
    ("api.netlify.com/build_hooks/", 20, "a Netlify build hook"),
    ("api.vercel.com/v1/integrations/deploy/", 30, "a Vercel deploy hook"),
    ("hc-ping.com/", 30, "a Healthchecks ping URL"),
    ("*.infura.io/v3/", 32, "an Infura URL with its key"),
    ("*.g.alchemy.com/v2/", 20, "an Alchemy URL with its key"),
    ("*.loggly.com/inputs/", 30, "a Loggly input URL"),
    ("*.collection.sumologic.com/receiver/v1/http/", 40, "a Sumo Logic source URL"),
    ("calendar.google.com/calendar/ical/", 40, "a private calendar URL"),
];
/// Length of the shortest URL of a webhook after its scheme, in bytes.
const MIN_BYTES: usize = 38;
/// The same with its scheme.
pub(super) const MIN_WEBHOOK_BYTES: usize = MIN_BYTES + 8;

/// The kind of a URL whose path is the secret. `rest` is the text after the scheme.
pub(super) fn webhook(rest: &str) -> Option<&'static str> {
    if rest.len() < MIN_BYTES {
        return None;
    }
    let known =
        WEBHOOKS.iter().find(|(start, least, _)| after(rest, start).is_some_and(|secret| secret.len() >= *least));
    known.map(|(_, _, kind)| *kind)
}

/// Whether a URL calls itself a hook, and a part of its path is as random as a key.
pub(super) fn may_be_a_webhook(rest: &str) -> bool {
    let is_key =
        |part: &str| is_dashed_uuid(part.as_bytes()) || (part.len() >= 16 && is_random_where_a_key_may_be(part));
    if rest.len() < MIN_BYTES || !rest.as_bytes().windows(4).any(|window| window.eq_ignore_ascii_case(b"hook")) {
        return false;
    }
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    path.split('/').skip(1).any(is_key)
}

/// What follows in a text that begins so. `*` is anything up to the character after it.
fn after<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    let Some((before, next)) = start.split_once('*') else { return text.strip_prefix(start) };
    let rest = text.strip_prefix(before)?;
    let end = rest.find(next.chars().next()?)?;
    after(rest.get(end..)?, next)
}
