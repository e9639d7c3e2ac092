package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

type healthBody struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

func (a *API) health(*api.Call) (any, error) { return healthBody{"ok", a.Version}, nil }

type listBody struct {
	Calls map[string]string `json:"calls"`
	Note  string            `json:"note"`
}

func (a *API) list(*api.Call) (any, error) {
	out := listBody{
		Calls: map[string]string{},
		Note:  "A path under worlds/{world}/ also works without that part, for the world that the header Tweed-World names.",
	}
	for _, row := range a.table() {
		out.Calls[row.method+" "+Prefix+row.path] = row.about
	}
	return out, nil
}

type worldsBody struct {
	Worlds []string `json:"worlds"`
}

func (a *API) listWorlds(*api.Call) (any, error) { return worldsBody{a.Worlds.Names()}, nil }

type worldBody struct {
	Name      string         `json:"name"`
	Tag       string         `json:"tag"`
	Seed      uint64         `json:"seed"`
	Clock     clockBody      `json:"clock"`
	Scenario  string         `json:"scenario"`
	Records   map[string]int `json:"records"`
	Scheduled int            `json:"scheduled_events"`
}

func (a *API) showWorld(c *api.Call) (any, error) {
	w := c.World
	s, err := rules.Scenario(w)
	if err != nil {
		return nil, errScenario.New("text", err.Error())
	}
	return worldBody{
		Name: w.Name(), Tag: w.Tag(), Seed: w.Seed(), Clock: clockOf(w), Scenario: s.Name,
		Records: w.Sizes(), Scheduled: w.Scheduled(),
	}, nil
}

type doneBody struct {
	Done string `json:"done"`
}

func (a *API) removeWorld(c *api.Call) (any, error) {
	a.Worlds.Remove(c.World.Name())
	return doneBody{"removed world " + c.World.Name()}, nil
}

func (a *API) reset(c *api.Call) (any, error) {
	if err := c.World.Reset(); err != nil {
		return nil, errScenario.New("text", err.Error())
	}
	a.Journal.Clear(c.World.Name())
	return doneBody{"reset world " + c.World.Name()}, nil
}

func (a *API) export(c *api.Call) (any, error) { return c.World.Export() }

func (a *API) load(c *api.Call) (any, error) {
	var e world.Export
	if err := json.Unmarshal(c.Body.Raw, &e); err != nil {
		return nil, errState.New("text", "it is no JSON of an export: "+err.Error())
	}
	if err := c.World.Import(e); err != nil {
		return nil, errState.New("text", err.Error())
	}
	return doneBody{"imported into world " + c.World.Name()}, nil
}

type clockBody struct {
	Now  string `json:"now"`
	Run  string `json:"run"`
	Next string `json:"next_event,omitempty"`
}

func clockOf(w *world.World) clockBody {
	out := clockBody{Now: w.Now().Format(time.RFC3339Nano), Run: w.Run().String()}
	if next, ok := w.Next(); ok {
		out.Next = next.UTC().Format(time.RFC3339Nano)
	}
	return out
}

func (a *API) showClock(c *api.Call) (any, error) { return clockOf(c.World), nil }

type clockRequest struct {
	Advance string     `json:"advance,omitempty"`
	To      *time.Time `json:"to,omitempty"`
	Run     *string    `json:"run,omitempty"`
}

func (a *API) moveClock(c *api.Call) (any, error) {
	var req clockRequest
	if err := Strict(c.Body.Raw, &req); err != nil {
		return nil, err
	}
	if req.Advance == "" && req.To == nil && req.Run == nil {
		return nil, errBad.New("text", `write {"advance": "48h"}, {"advance": "5 banking days"}, `+
			`{"to": "2026-01-05T14:30:00Z"} or {"run": "60x"}`)
	}
	run := c.World.Run()
	if req.Run != nil {
		var err error
		if run, err = world.ParseRun(*req.Run); err != nil {
			return nil, errBad.New("text", err.Error())
		}
	}
	moment, err := req.moment(c.World.Now())
	if err != nil {
		return nil, errBad.New("text", err.Error())
	}
	c.World.SetRun(run)
	c.World.AdvanceTo(moment)
	return clockOf(c.World), nil
}

// clockEnd is where a world's time ends: events count nanoseconds in 64 bits.
const clockEnd = 2200

// moment is where the request moves the clock. Nothing has changed when it is refused.
func (r clockRequest) moment(now time.Time) (time.Time, error) {
	t := now
	if r.Advance != "" {
		var err error
		if t, err = After(now, r.Advance); err != nil {
			return t, err
		}
	}
	if r.To != nil {
		if r.To.Before(t) {
			return t, errors.New("to lies in the past; a world's clock moves forward only")
		}
		t = *r.To
	}
	if t.UTC().Year() >= clockEnd {
		return t, fmt.Errorf("a world's time ends before %d", clockEnd)
	}
	return t, nil
}

// After returns the moment that lies d after t: "48h", "90m" or "5 banking days". Banking
// days keep the time of day in New York.
func After(t time.Time, d string) (time.Time, error) {
	span, err := scenario.ParseSpan(d)
	if err != nil {
		return time.Time{}, err
	}
	return span.From(t), nil
}

func (a *API) showScenario(c *api.Call) (any, error) {
	s, err := rules.Scenario(c.World)
	if err != nil {
		return nil, errScenario.New("text", err.Error())
	}
	return api.Raw{Type: typeYAML, Body: []byte(s.Source())}, nil
}

func (a *API) putScenario(c *api.Call) (any, error) {
	s, err := a.scenarioOf(c.Body.Raw)
	if err != nil {
		return nil, errScenario.New("text", err.Error())
	}
	cfg, err := a.Config(s)
	if err != nil {
		return nil, errScenario.New("text", err.Error())
	}
	if err := c.World.Restart(cfg); err != nil {
		return nil, errScenario.New("text", err.Error())
	}
	a.Journal.Clear(c.World.Name())
	return doneBody{"world " + c.World.Name() + " started again under scenario " + strconv.Quote(s.Name)}, nil
}

// nameForm is a body that is no scenario but the name of one.
var nameForm = regexp.MustCompile(`^[a-z0-9_/-]+(\.yaml)?$`)

func (a *API) scenarioOf(text []byte) (*scenario.Scenario, error) {
	if name := strings.TrimSpace(string(text)); nameForm.MatchString(name) {
		return a.Shipped(name)
	}
	return scenario.Load("scenario", text)
}

func (a *API) schema(*api.Call) (any, error) {
	return api.Raw{Type: "application/json; charset=utf-8", Body: a.Schema()}, nil
}

type rulesBody struct {
	Rules []scenario.Rule `json:"rules"`
	// Acted is how often each rule has acted, by name; rules that have not are left out.
	Acted map[string]uint64 `json:"acted"`
}

func (a *API) listRules(c *api.Call) (any, error) {
	return rulesBody{rules.List(c.World), rules.Acted(c.World)}, nil
}

func (a *API) addRule(c *api.Call) (any, error) {
	rule, err := scenario.ParseRule(c.Body.Raw)
	if err != nil {
		return nil, errScenario.New("text", inFile(err, queryOf(c).Get("file")).Error())
	}
	name, err := rules.Add(c.World, rule)
	if err != nil {
		return nil, errScenario.New("text", err.Error())
	}
	return doneBody{"added " + name}, nil
}

// inFile gives problems the name of the file that the client has read.
func inFile(err error, file string) error {
	problems, ok := errors.AsType[scenario.Problems](err)
	if !ok {
		return err
	}
	problems = slices.Clone(problems)
	for i := range problems {
		problems[i].File = file
	}
	return problems
}

func (a *API) removeRule(c *api.Call) (any, error) {
	name, err := url.PathUnescape(c.Params["rule"])
	if err != nil {
		return nil, errBad.New("text", err.Error())
	}
	if !rules.Remove(c.World, name) {
		return nil, errNotFound.New("path", "the added rule "+strconv.Quote(name))
	}
	return doneBody{"removed " + name}, nil
}

// link goes through Link without a browser.
func (a *API) link(c *api.Call) (any, error) {
	var req plaid.HeadlessLink
	if err := Strict(c.Body.Raw, &req); err != nil {
		return nil, err
	}
	out, err := plaid.RunLink(c.World, req)
	if err != nil {
		return nil, errBad.New("text", err.Error())
	}
	for _, rule := range out.Rules {
		c.Decided(rule)
	}
	return out, nil
}

// Strict decodes a body and refuses members that it does not know. Errors: TWEED_BAD_REQUEST.
func Strict(raw []byte, v any) error {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil && dec.More() {
		err = errors.New("there is text behind the JSON object")
	}
	if err != nil {
		return errBad.New("text", "the body is not what this call takes: "+err.Error())
	}
	return nil
}

func queryOf(c *api.Call) url.Values {
	values, err := url.ParseQuery(c.Query())
	if err != nil {
		return url.Values{}
	}
	return values
}

// Last reads ?last=N, how many of the newest are wanted; without it 0, for all. Errors:
// TWEED_BAD_REQUEST for what is no number above 0.
func Last(c *api.Call) (int, error) {
	text := queryOf(c).Get("last")
	if text == "" {
		return 0, nil
	}
	n, err := positive(text)
	if err != nil {
		return 0, errBad.New("text", "last="+text+" is no number of rows")
	}
	return n, nil
}
