package scenario

import (
	"fmt"
	"time"
)

// Delay is wall time by which an answer is held back: 300ms, or between two times,
// [100ms, 2s], drawn with the world's dice. World time does not move meanwhile.
type Delay struct {
	From time.Duration
	To   time.Duration // 0 = From
}

// Wait is the Then that only holds the answer back.
func Wait(d time.Duration) Then { return Then{Delay: Delay{From: d}} }

var delayEffect = effect{
	key:   "delay",
	seats: atCall | atWebhook,
	used:  func(t *Then) bool { return t.Delay != Delay{} },
	check: func(r *report, _ *Rule, t *Then, at place) {
		d := t.Delay
		switch {
		case d.From < 0 || d.To < 0:
			r.add(at.key("delay"), "the delay is negative", "write for example 300ms")
		case d.To != 0 && d.To < d.From:
			r.add(at.key("delay"), "the second time is shorter than the first", "write [shortest, longest]")
		case d == Delay{}:
			r.add(at.key("delay"), "the delay is 0", "remove it")
		}
	},
	prepare: func(t *Then) action {
		d := t.Delay
		if d.To <= d.From {
			return func(p *Plan, _ use) { p.Delay = d.From }
		}
		return func(p *Plan, u use) {
			p.Delay = d.From + time.Duration(u.progress.Dice(u.rule.delayKey, u.number)*float64(d.To-d.From))
		}
	},
}

func (d *Delay) decodeNode(r *report, n *node, at place) {
	times := []*node{n}
	if n.kind == list {
		if times = n.items; len(times) != 2 {
			r.add(at, "a delay is one time or two", "write 300ms, or [100ms, 2s]")
			return
		}
	}
	var read [2]time.Duration
	for i, one := range times {
		below := at
		below.node = one
		if one.kind != scalar {
			r.add(below, "here stands "+one.what(), "write a time such as 300ms")
			r.spoil(n)
			return
		}
		value, err := parseDuration(one.value)
		if err != nil {
			r.fault(below, err)
			r.spoil(n)
			return
		}
		read[i] = value
	}
	*d = Delay{From: read[0], To: read[1]}
	if n.kind == list && read[1] < read[0] {
		*d = Delay{}
		r.add(at, fmt.Sprintf("%s is shorter than %s", duration(read[1]), duration(read[0])), "write [shortest, longest]")
	}
}

func (Delay) schema(d *describer) schema {
	one := textLike(durationForm)
	one["examples"] = []string{"300ms", "2s"}
	return d.about(anyOf(one, schema{"type": "array", "items": one, "minItems": 2, "maxItems": 2}), "Delay", "")
}

func (d Delay) encodeNode() *node {
	if d.To == 0 {
		return textNode(duration(d.From))
	}
	n := &node{kind: list}
	n.items = append(n.items, textNode(duration(d.From)), textNode(duration(d.To)))
	return n
}
