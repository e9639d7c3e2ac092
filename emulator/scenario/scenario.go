package scenario

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tweed/emulator/internal/dataset"
)

// Scenario is one scenario file. Every part is optional; the empty file is the empty
// scenario.
type Scenario struct {
	// Name of the scenario, shown where it runs.
	Name string `yaml:"name"`
	// About says in a sentence or two what happens in it.
	About string `yaml:"about"`
	// Seed pins the ids, keys and dice of the world, from 1. 0 = whoever starts the world
	// chooses.
	Seed uint64 `yaml:"seed"`
	// Clock is the world's time.
	Clock Clock `yaml:"clock"`
	// Environment is the word in tokens (access-sandbox-...): sandbox, development or
	// production. "" = sandbox.
	Environment string `yaml:"environment"`
	// Version is the version of Plaid's API for calls without the header Plaid-Version.
	// "" = 2020-09-14.
	Version string `yaml:"version"`
	// Credentials are the only ones that are accepted, Plaid's and Apex's each. None = any.
	Credentials []Credentials `yaml:"credentials"`
	// Given is what exists before the first call.
	Given Given `yaml:"given"`
	// Rules say what happens to which calls.
	Rules []Rule `yaml:"rules"`
	// Steps are what tweed run does; without them it walks the reference client's flow.
	Steps []Step `yaml:"steps"`
	// Expect is what must be true at the end.
	Expect Expect `yaml:"expect"`
	// Webhooks says whether webhooks are delivered.
	Webhooks Delivery `yaml:"webhooks"`
	// Assume chooses between behaviours of Apex that are not public, by the names that
	// tweed routes --assumptions lists.
	Assume map[string]any `yaml:"assume"`

	source   string
	file     string
	root     *node
	warnings Problems
}

// Clock says where a world's time starts and how it runs.
type Clock struct {
	// Start is the time at which the world begins, with its zone:
	// 2026-01-05T09:30:00-05:00. Zero = whoever starts the world chooses.
	Start time.Time `yaml:"start"`
	// Run is how time passes: manual (when it is moved), "step 1s" (before each call by so
	// much), real, or 60x (so many times as fast). "" = whoever starts the world chooses.
	Run string `yaml:"run"`
}

// Credentials are one client's, at Plaid, at Apex, or at both. They are compared without
// the world's name (what follows the last @).
type Credentials struct {
	// ClientID and Secret are Plaid's pair; PublicKey is that of Link's old versions. An
	// empty secret accepts any.
	ClientID  string `yaml:"client_id"`
	Secret    string `yaml:"secret"`
	PublicKey string `yaml:"public_key"`
	// Username, Entity (correspondent.CODE) and SharedSecret are those of Apex's Legit.
	Username     string `yaml:"username"`
	Entity       string `yaml:"entity"`
	SharedSecret string `yaml:"shared_secret"`
}

// Given is what exists in a world before the first call.
type Given struct {
	// Items are Plaid Items, in the order in which they are made.
	Items []Item `yaml:"items"`
}

// Item is a Plaid Item that exists from the start.
type Item struct {
	// As names the Item in steps ($alice.access_token) and rules (item_alias: alice).
	As string `yaml:"as"`
	// Institution is the institution_id. "" = the default of whoever makes the Item.
	Institution string `yaml:"institution"`
	// User and Password are a Sandbox login: user_good, user_custom, error_<CODE>.
	User     string `yaml:"user"`
	Password string `yaml:"password"`
	// ClientUserID is the client_user_id of the link token from which the Item comes, for
	// rules and verifications. "" = none.
	ClientUserID string `yaml:"client_user_id"`
	// Products are the Item's products. Empty = auth.
	Products []string `yaml:"products"`
	// Webhook is the Item's webhook URL.
	Webhook string `yaml:"webhook"`
	// Custom is the configuration of user_custom, as Plaid's documentation has it.
	Custom map[string]any `yaml:"custom"`
}

func (Scenario) limits() limits {
	return limits{keys: map[string]schema{
		"seed":        {"type": "integer", "minimum": 1, "maximum": uint64(math.MaxUint64)},
		"environment": words(environments...),
		"version":     words(versions...),
	}}
}

func (Clock) limits() limits {
	run := textLike("^(manual|real)$|^step +" + durationParts + "$|" + speedForm.String())
	run["examples"] = []string{"manual", "real", "step 1s", "60x"}
	return limits{keys: map[string]schema{"run": run}}
}

func (Credentials) limits() limits {
	return limits{whole: schema{"type": "object", "anyOf": []schema{required("client_id"), required("username")}}}
}

func (Item) limits() limits {
	return limits{keys: map[string]schema{
		"as":          {"type": []string{"string", "boolean"}, "pattern": "^$|" + nameForm.String()},
		"institution": words(institutionIDs()...),
		"user":        words(userNames()...),
	}}
}

// Source is the text from which the scenario was loaded.
func (s *Scenario) Source() string { return s.source }

// File is the name that Load was given.
func (s *Scenario) File() string { return s.file }

// Warnings are what is allowed but probably not meant, such as a rule that can never
// match. They are found by Load.
func (s *Scenario) Warnings() Problems { return s.warnings }

// Problem makes an error at a place of the scenario's file, for those who find out more
// than Load can: "assume.token_field" or "steps[2].with.amount" is the path, right what
// would be right instead. A path that is not there takes the nearest part that is.
func (s *Scenario) Problem(path, what, right string) Problem {
	p := Problem{File: s.file, Path: path, What: what, Right: right}
	if at := s.root.walk(path); at != nil {
		p.Line, p.Column = at.line, at.column
	}
	return p
}

// walk finds the node at a path, or the nearest one above.
func (n *node) walk(path string) *node {
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		below := n.get(part)
		if i, err := strconv.Atoi(part); err == nil && n != nil && n.kind == list && i < len(n.items) && i >= 0 {
			below = n.items[i]
		}
		if below == nil {
			return n
		}
		n = below
	}
	return n
}

// Load reads a scenario. file is its name for messages. The error is Problems: all that
// is wrong, each with line and column.
func Load(file string, data []byte) (*Scenario, error) {
	r := &report{file: file}
	s := &Scenario{source: string(data), file: file}
	if n := r.parse(data); n != nil && !n.empty() {
		s.root = n
		at := place{node: n}
		r.decode(n, reflect.ValueOf(s).Elem(), at)
		if n.kind == mapping {
			s.check(r, at)
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	s.warnings = warn(s)
	return s, nil
}

// Validate checks a scenario that was made in Go as Load checks one in a file. The error
// is Problems.
func (s *Scenario) Validate() error {
	r := &report{file: s.file}
	s.check(r, place{node: s.root})
	return r.err()
}

// Compile makes an engine of the scenario's rules. The error is Problems.
func (s *Scenario) Compile() (*Engine, error) { return Compile(s.Rules) }

// versions of Plaid's API (plaid.com/docs/api/versioning, 2026-03), and the release candidate
// 2019-02-14 (recorded in plaid-ruby's VCR cassettes).
var versions = []string{"2020-09-14", "2019-05-29", "2019-02-14", "2018-05-22", "2017-03-08"}

// Versions returns the versions of Plaid's API, the newest first.
func Versions() []string { return slices.Clone(versions) }

var environments = []string{"sandbox", "development", "production"}

// nameForm is what given items and captures can be called.
var nameForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// check reports what is wrong beyond the form.
func (s *Scenario) check(r *report, at place) {
	if s.Seed == 0 && at.has("seed") {
		r.add(at.key("seed"), "the seed is 0", "the least is 1; without a seed, remove the key")
	}
	oneOf(r, s.Environment, environments, at, "environment")
	oneOf(r, s.Version, versions, at, "version")
	if err := checkRun(s.Clock.Run); err != nil {
		r.fault(at.key("clock").key("run"), err)
	}
	s.Webhooks.check(r, at.key("webhooks"))
	for i, c := range s.Credentials {
		if c.ClientID == "" && c.Username == "" {
			r.add(at.key("credentials").index(i), "neither client_id nor username is given",
				"write {client_id: ..., secret: ...}")
		}
	}
	r.checkItems(s.Given.Items, at.key("given").key("items"))
	r.checkRules(s.Rules, at.key("rules"))
	s.checkAliases(r, at.key("rules"))
	s.checkSteps(r, at.key("steps"))
	s.Expect.check(r, at.key("expect"))
	s.checkExpectedRules(r, at)
}

// oneOf reports a word under a key that is not in a list. In a file an empty one is not,
// either.
func oneOf(r *report, word string, words []string, at place, key string) {
	if (word != "" || at.has(key)) && !slices.Contains(words, word) {
		r.add(at.key(key), quote(word)+" is unknown here", meant(word, words))
	}
}

var (
	stepForm  = regexp.MustCompile(`^step +(\S+)$`)
	speedForm = regexp.MustCompile(`^([0-9]{1,7}(?:\.[0-9]{1,3})?)x$`)
)

// maxSpeed is the most that a clock may run ahead of wall time.
const maxSpeed = 1e6

// checkRun checks how a clock runs.
func checkRun(run string) error {
	if run == "" || run == "manual" || run == "real" {
		return nil
	}
	if m := stepForm.FindStringSubmatch(run); m != nil {
		d, err := parseDuration(m[1])
		if err == nil && d > 0 {
			return nil
		}
		return fmt.Errorf("a clock does not run %s; write for example step 1s", quote(run))
	}
	if m := speedForm.FindStringSubmatch(run); m != nil {
		if n, err := strconv.ParseFloat(m[1], 64); err == nil && n > 0 && n <= maxSpeed {
			return nil
		}
	}
	return fmt.Errorf("a clock does not run %s; it runs manual, step 1s, real, or 60x", quote(run))
}

func (r *report) checkItems(items []Item, at place) {
	names := map[string]int{}
	for i, item := range items {
		below := at.index(i)
		r.checkLogin(&items[i], below)
		if item.As == "" {
			continue
		}
		r.checkVariable(item.As, below.key("as"))
		if first, ok := names[item.As]; ok {
			r.add(below.key("as"), "a second item is called "+quote(item.As),
				"the first is number "+strconv.Itoa(first+1)+"; names must differ")
		}
		names[item.As] = i
	}
}

// checkLogin reports an institution and a user that the Sandbox does not have.
func (r *report) checkLogin(item *Item, at place) {
	if _, ok := dataset.FindInstitution(item.Institution); !ok && (item.Institution != "" || at.has("institution")) {
		r.add(at.key("institution"), "the Sandbox has no institution "+quote(item.Institution),
			cmp.Or(meant(item.Institution, institutionIDs()), "the usual one is ins_109508"))
	}
	if _, ok := dataset.FindUser(item.User); !ok && (item.User != "" || at.has("user")) {
		r.add(at.key("user"), "the Sandbox has no test user "+quote(item.User), meant(item.User, userNames()))
	}
}

// checkAliases reports rules about an Item that is not given.
func (s *Scenario) checkAliases(r *report, at place) {
	var names []string
	for _, item := range s.Given.Items {
		names = append(names, item.As)
	}
	for i := range s.Rules {
		for _, alias := range s.Rules[i].Where["item_alias"].AnyOf {
			if name, ok := keyOf(alias); ok && !slices.Contains(names, name) {
				r.add(at.index(i).key("where").key("item_alias"), "no given item is called "+quote(name),
					cmp.Or(meant(name, names), "give it a name: given: {items: [{as: "+name+"}]}"))
			}
		}
	}
}

// checkVariable checks a name that steps refer to.
func (r *report) checkVariable(name string, at place) {
	switch {
	case !nameForm.MatchString(name):
		r.add(at, quote(name)+" is no name", "a name has letters, digits and _ and begins with no digit")
	case slices.Contains(reserved, name):
		r.add(at, quote(name)+" is taken by Tweed", "choose another name")
	}
}
