package plaid

import (
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// endFacts are the facts of an end of Link.
type endFacts struct {
	about *about
	w     *world.World
}

// Fact returns what the scenario package lists as facts of Link's ends.
func (e endFacts) Fact(name string) (any, bool) {
	if name == "world" {
		return e.w.Name(), true
	}
	return e.about.Fact(name)
}

// decide asks the rules at link: what becomes of an end. shared are the accounts that the user
// has chosen.
func (f *linkFlow) decide(end scenario.LinkEnd, shared []account) scenario.Ending {
	a := &about{}
	f.s.tell(f.w, a)
	if len(shared) == 1 {
		a.account, a.mask = shared[0].ID, shared[0].Mask
	}
	ending := rules.Of(f.w).Link(end, endFacts{a, f.w}, rules.Progress{World: f.w})
	if ending.Rule != "" {
		f.acted = append(f.acted, ending.Rule)
		if f.call != nil {
			f.call.Decided(ending.Rule)
		}
	}
	return ending
}

// changed are the metadata as a rule leaves them.
func (f *linkFlow) changed(metadata map[string]any, ending scenario.Ending) map[string]any {
	for _, name := range ending.Omit {
		delete(metadata, name)
	}
	if err := ending.Patch.Apply(metadata); err != nil && f.call != nil {
		f.call.Note("rule %q: %s", ending.Rule, err)
	}
	return metadata
}

// ruledOut ends Link as a rule says.
func (f *linkFlow) ruledOut(ending scenario.Ending) {
	fault, status := f.ruled(ending, f.s.Fault, f.s.status())
	if fault != nil {
		f.fail(fault)
	}
	f.closeAs(fault, status, ending)
}

// ruled is how Link ends by a rule, instead of with another error and status.
func (f *linkFlow) ruled(ending scenario.Ending, fault *linkFault, status string) (*linkFault, string) {
	exit := ending.Exit
	switch {
	case exit == nil:
		return fault, status
	case exit.Status != "":
		status = exit.Status
	}
	if exit.Error == "" {
		return nil, status
	}
	row, err := catalogue.At(exit.Error, linkPrefix+"step")
	if err != nil { // several types have the code, and none of them is a login's
		row = catalogue.Find(exit.Error)[0]
	}
	return faultOf(row.New()), status
}
