package scenario

import "time"

// Timeout is how long a step waits for its reply, in wall time: 300ms, 2s.
type Timeout time.Duration

func (t *Timeout) decodeNode(r *report, n *node, at place) {
	if n.kind != scalar {
		r.add(at, "here stands "+n.what(), "write a time such as 300ms")
		return
	}
	d, err := parseDuration(n.value)
	if err != nil {
		r.fault(at, err)
		return
	}
	*t = Timeout(d)
}

func (Timeout) schema(d *describer) schema {
	wait := textLike(durationForm)
	wait["examples"] = []string{"300ms", "2s"}
	return d.about(wait, "Timeout", "")
}

func (t Timeout) encodeNode() *node { return textNode(duration(time.Duration(t))) }

// checkFault checks what a step says of a reply that is lost or damaged.
func (s *Step) checkFault(r *report, at place) {
	if s.Timeout < 0 || s.Timeout == 0 && at.has("timeout") {
		r.add(at.key("timeout"), "the timeout is not above 0", "write for example 300ms; without it, remove the key")
	}
	expect := at.key("expect")
	kind := s.Expect.Fault
	switch {
	case s.Call == "" && s.Timeout != 0:
		r.add(at.name("timeout"), `"timeout" is of no use here`, "it belongs to a step with call")
	case kind != "" && s.Call == "":
		r.add(expect.name("fault"), `"fault" is of no use here`, "it belongs to a step with call")
	}
	oneOf(r, string(kind), faultKinds, expect, "fault")
	if kind == "" {
		return
	}
	if kind == Hang && s.Timeout == 0 {
		r.add(expect.key("fault"), "the step would wait without end", "say how long it waits: timeout: 300ms")
	}
	lost := Fault{Kind: kind}.Lost()
	for _, part := range []struct {
		key   string
		used  bool
		at    place
		whole bool // it is in the head of a reply, which truncate and garbage leave as it is
	}{
		{"status", s.Expect.Status != 0, expect, true},
		{"rule", s.Expect.Rule != "", expect, true},
		{"headers", len(s.Expect.Headers) > 0, expect, true},
		{"error", s.Expect.Error != "", expect, false},
		{"body", s.Expect.Body != nil, expect, false},
		{"as", s.As != "", at, false},
		{"capture", len(s.Capture) > 0, at, false},
	} {
		if part.used && (lost || !part.whole) {
			r.add(part.at.name(part.key), quote(part.key)+" asks for what "+string(kind)+" loses", "remove it")
		}
	}
}
