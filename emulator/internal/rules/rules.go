// Package rules keeps the scenario of a world as records and its compiled rules beside
// them. It is where the scenario language meets the kernel.
package rules

import (
	"cmp"
	"fmt"
	"slices"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Added is a rule that came after the start: from Go, the control API or a password.
type Added struct {
	N    uint64        `json:"n"` // order of adding
	Rule scenario.Rule `json:"rule"`
}

var (
	sources = world.NewTable[string]("scenario.source", 1)
	added   = world.NewTable[Added]("scenario.rule", 1) // by name
)

const sourceKey = "scenario"

// engines are compiled from the records when they are first asked for.
var engines = world.NewLocal(build)

// build compiles what the records say. They were checked when they were stored.
func build(w *world.World) *scenario.Engine {
	engine, err := compile(w)
	if err != nil {
		panic("rules: stored rules no longer compile: " + err.Error())
	}
	return engine
}

func compile(w *world.World) (*scenario.Engine, error) {
	base, err := Scenario(w)
	if err != nil {
		return nil, err
	}
	engine, err := base.Compile()
	if err != nil {
		return nil, err
	}
	for _, row := range inOrder(w) {
		if err := engine.Add(row.Rule); err != nil {
			return nil, err
		}
	}
	return engine, nil
}

// Of returns the compiled rules of a world.
func Of(w *world.World) *scenario.Engine { return engines.Of(w) }

// deliveries are read from the scenario when they are first asked for.
var deliveries = world.NewLocal(func(w *world.World) scenario.Delivery {
	s, err := Scenario(w)
	if err != nil { // it was checked when it was stored
		panic("rules: the stored scenario no longer loads: " + err.Error())
	}
	return s.Webhooks
})

// Delivery returns what the scenario of a world says of the delivery of webhooks.
func Delivery(w *world.World) scenario.Delivery { return deliveries.Of(w) }

// Prepared is a scenario that is compiled once for all the worlds that start from it.
type Prepared struct {
	source   string
	engine   *scenario.Engine
	delivery scenario.Delivery
}

// Prepare compiles a scenario. It returns what is wrong with one that was made in Go.
func Prepare(s *scenario.Scenario) (Prepared, error) {
	if err := s.Validate(); err != nil {
		return Prepared{}, err
	}
	engine, err := s.Compile()
	if err != nil {
		return Prepared{}, err
	}
	source := s.Source()
	if source == "" {
		text, err := scenario.Marshal(s)
		if err != nil {
			return Prepared{}, err
		}
		source = string(text)
	}
	return Prepared{source: source, engine: engine, delivery: s.Webhooks}, nil
}

// Set makes a scenario that of a world. It is part of the world's set-up.
func Set(w *world.World, p Prepared) {
	sources.Put(w, sourceKey, p.source)
	engine := p.engine.Clone()
	engine.Begin(Progress{w})
	engines.Set(w, engine)
	deliveries.Set(w, p.delivery)
}

// Scenario returns the scenario of a world; an empty one if it has none.
func Scenario(w *world.World) (*scenario.Scenario, error) {
	text, _ := sources.Get(w, sourceKey)
	return scenario.Load("scenario of world "+w.Name(), []byte(text))
}

// Add adds a rule to a world. Added rules are asked before those of the scenario, the
// newest first. A rule without a name gets one, which is returned. It returns the error
// of a rule that is not valid, or whose name is taken.
func Add(w *world.World, rule scenario.Rule) (name string, err error) {
	engine := Of(w)
	n := w.Count("rule")
	if rule.Name == "" {
		rule.Name = fmt.Sprintf("added rule %d", n)
	}
	if err := engine.Add(rule); err != nil {
		return "", err
	}
	engine.BeginRule(rule.Name, Progress{w})
	added.Put(w, rule.Name, Added{N: n, Rule: rule})
	return rule.Name, nil
}

// Remove takes an added rule away. It returns false if there is none of this name.
func Remove(w *world.World, name string) bool {
	if _, ok := added.Get(w, name); !ok {
		return false
	}
	Of(w).Remove(name)
	added.Delete(w, name)
	scenario.Forget(name, Progress{w})
	return true
}

// List returns the added rules in the order of adding.
func List(w *world.World) []scenario.Rule {
	rows := inOrder(w)
	out := make([]scenario.Rule, len(rows))
	for i, row := range rows {
		out[i] = row.Rule
	}
	return out
}

func inOrder(w *world.World) []Added {
	var rows []Added
	for _, row := range added.All(w) {
		rows = append(rows, row)
	}
	sortByN(rows)
	return rows
}

func sortByN(rows []Added) {
	slices.SortFunc(rows, func(a, b Added) int { return cmp.Compare(a.N, b.N) })
}
