package casefile

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// SessionTable is the table of Legit's sessions in an export.
const SessionTable = "legit.session"

// SessionToken returns the token of a session of an export.
func SessionToken(e world.Export, id string) (string, bool) {
	var session struct {
		Token string `json:"token"`
	}
	err := json.Unmarshal(e.Tables[SessionTable].Records[id], &session)
	return session.Token, err == nil && session.Token != ""
}

// Start returns an export whose secrets are those of a replay. The scenario's source is the
// one of Scenario.
func Start(e world.Export) (*world.Export, error) {
	e.Tables = maps.Clone(e.Tables)
	for name, table := range e.Tables {
		records := make(map[string]json.RawMessage, len(table.Records))
		for key, raw := range table.Records {
			records[key] = api.FillIn(api.Redact(raw), StandIn, func(string) string { return api.Hidden })
			if name != sourceTable {
				continue
			}
			var source string
			if err := json.Unmarshal(raw, &source); err != nil {
				return nil, err
			}
			s, err := scenario.Load(memberScenario, []byte(source))
			if err != nil {
				return nil, err
			}
			text, err := Scenario(s)
			if err != nil {
				return nil, err
			}
			if records[key], err = json.Marshal(string(text)); err != nil {
				return nil, err
			}
		}
		e.Tables[name] = world.TableExport{Version: table.Version, Records: records}
	}
	return &e, nil
}

// sourceTable is the table of the scenario in an export.
const sourceTable = "scenario.source"

// Scenario returns the text of a scenario that was loaded for this, without its secrets: those
// that it pins, and those of its steps and rules, are the one of a replay. A scenario without
// any stays as it is written.
func Scenario(s *scenario.Scenario) ([]byte, error) {
	source := s.Source()
	found := false
	hide := func(secret *string) {
		if *secret != "" {
			*secret, found = StandIn, true
		}
	}
	for i := range s.Credentials {
		hide(&s.Credentials[i].Secret)
		hide(&s.Credentials[i].SharedSecret)
	}
	for i := range s.Rules {
		found = hideInRule(&s.Rules[i]) || found
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		step.With = hideIn(step.With, hide)
		for _, name := range secretNames {
			if secret := step.Form[name]; secret != "" {
				hide(&secret)
				step.Form[name] = secret
			}
		}
		for name, value := range step.Headers {
			if slices.Contains(secretHeaders, http.CanonicalHeaderKey(name)) {
				hide(&value)
				step.Headers[name] = value
			}
		}
	}
	if !found {
		return []byte(source), nil
	}
	return scenario.Marshal(s)
}

// Rule returns the text of a rule without its secrets.
func Rule(text []byte) []byte {
	rule, err := scenario.ParseRule(text)
	if err != nil || !hideInRule(&rule) {
		return text
	}
	hidden, err := json.Marshal(rule)
	if err != nil {
		return nil // a rule that was parsed can be written
	}
	return hidden
}

// hideInRule hides the secrets that a rule asks for, and says whether there are any.
func hideInRule(rule *scenario.Rule) (found bool) {
	for _, name := range secretNames {
		if condition, ok := rule.Where[name]; ok && len(condition.AnyOf) > 0 {
			condition.AnyOf = []any{StandIn}
			rule.Where[name], found = condition, true
		}
	}
	return found
}

// The places in a scenario's steps and rules where secrets can be.
var (
	secretNames   = []string{"jws", "secret", "sharedSecret", "shared_secret"}
	secretHeaders = []string{"Authorization", "Cookie", "Plaid-Secret", "Proxy-Authorization"}
)

// hideIn hides the secrets in the body of a step.
func hideIn(with any, hide func(*string)) any {
	switch v := with.(type) {
	case string:
		if text := string(api.Redact([]byte(v))); text != v {
			hide(&v)
			return text
		}
	case []any:
		for i := range v {
			v[i] = hideIn(v[i], hide)
		}
	case map[string]any:
		for name := range v {
			if secret, ok := v[name].(string); ok && slices.Contains(secretNames, name) {
				hide(&secret)
				v[name] = secret
				continue
			}
			v[name] = hideIn(v[name], hide)
		}
	}
	return with
}
