package sentinel

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tweed/emulator/internal/api"
)

// Bounds of ALE's query. 1000 events, and 10 to 3600 seconds, are what clients ask for (Alpaca's gobroker, tastyworks'
// scripts); what ALE itself assumes and allows is not public.
const (
	aleDefaultLimit   = 1000
	aleMaxLimit       = 10_000
	aleDefaultTimeout = 30
	aleMaxTimeout     = 3600
)

// The ways to read a topic (Alpaca's gobroker, tastyworks' scripts). Others are not known.
const (
	streamNone     = "NONE"
	streamLongPoll = "LONG_POLL"
)

// aleQuery is what a call of ALE asks for.
type aleQuery struct {
	topic, owner string
	mark         uint64    // only ids above it
	since        time.Time // only events from then on
	limit        int
	longPoll     bool
	patience     time.Duration // of a long poll, in wall time
}

// aleQueryOf reads the address of a call. An absent parameter and an empty one are the same. The error names the first
// parameter that cannot be.
func aleQueryOf(c *api.Call) (q aleQuery, err error) {
	q = aleQuery{topic: c.Params["topic"], owner: strings.ToUpper(c.Params["correspondent"])}
	if text := strings.TrimSpace(c.Body.Text("highWaterMark")); text != "" {
		if q.mark, err = strconv.ParseUint(text, 10, 64); err != nil {
			return q, invalid("highWaterMark", "must be the id of an event, or 0")
		}
	}
	if text := strings.TrimSpace(c.Body.Text("sinceDateTime")); text != "" {
		if q.since, err = aleTime(text); err != nil {
			return q, err
		}
	}
	limit, err := aleNumber(c, "limit", aleDefaultLimit, 1, aleMaxLimit)
	if err != nil {
		return q, err
	}
	seconds, err := aleNumber(c, "timeoutSeconds", aleDefaultTimeout, 0, aleMaxTimeout)
	if err != nil {
		return q, err
	}
	q.limit, q.patience = limit, time.Duration(seconds)*time.Second
	switch text := c.Body.Text("streamType"); text {
	case "", streamNone:
	case streamLongPoll:
		q.longPoll = true
	default:
		return q, invalid("streamType", "must be one of "+streamNone+", "+streamLongPoll)
	}
	return q, nil
}

// aleNumber reads a whole number from least to most. A greater one is most (assumed).
func aleNumber(c *api.Call, name string, absent, least, most int) (int, error) {
	text := strings.TrimSpace(c.Body.Text(name))
	if text == "" {
		return absent, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < uint64(least) {
		return 0, invalid(name, fmt.Sprintf("must be a whole number from %d to %d", least, most))
	}
	if n > uint64(most) {
		c.Note("%s is %d at most", name, most)
		return most, nil
	}
	return int(n), nil
}

// aleTimeForms are the forms of sinceDateTime. The date alone is what clients send (Apex's own samples); one without an
// offset is UTC (assumed).
var aleTimeForms = []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05-0700"}

func aleTime(text string) (time.Time, error) {
	text = strings.ReplaceAll(text, " ", "+") // the offset's sign in a query that was not escaped
	for _, form := range aleTimeForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, invalid("sinceDateTime", "must be a date, or a date and a time such as 2026-01-05T14:30:00Z")
}
