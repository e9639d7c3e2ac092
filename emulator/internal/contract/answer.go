package contract

// Answer is what the contract says of a value of an answer: the whole, or a member of it. The zero Answer takes any
// value: it is what is known of an operation whose answer the contract does not describe.
type Answer struct{ t *typ }

// Answer returns what the contract says of the operation's good answer.
func (o *Op) Answer() Answer {
	s := o.answer()
	if s == nil {
		return Answer{}
	}
	return Answer{&typ{kind: objectKind, shape: s}}
}

// Member returns what the contract says of a member of an object.
func (a Answer) Member(name string) Answer {
	if a.t == nil || a.t.kind != objectKind {
		return Answer{}
	}
	if f := a.t.shape.find(name); f != nil {
		return Answer{&f.typ}
	}
	return Answer{}
}

// Has says whether an object has a member of that name. The zero Answer has none.
func (a Answer) Has(name string) bool { return a.Member(name).t != nil }

// Element returns what the contract says of the members of a list.
func (a Answer) Element() Answer {
	if a.t == nil || a.t.kind != listKind {
		return Answer{}
	}
	return Answer{a.t.items}
}

// Takes says whether a value, decoded with json.Decoder.UseNumber, fits as strictly as [Op.CheckReply] asks for.
func (a Answer) Takes(v any) bool {
	if a.t == nil {
		return true
	}
	var r replyChecker
	r.value(a.t, "", v, 0)
	return len(r.faults) == 0
}
