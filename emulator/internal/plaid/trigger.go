package plaid

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/spell"
	"tweed/emulator/internal/world"
)

// Trigger says which webhook to send, and about what.
type Trigger struct {
	// Webhook is type and code, "ITEM.ERROR"; the specification's name, "ItemErrorWebhook"; or a code that one type has.
	Webhook string
	// Item names an Item by its alias or item_id, AccessToken by its token. Without either it is the world's only one.
	Item, AccessToken string
	// ProcessorToken names the account of a partner's token; the webhook goes to the partner.
	ProcessorToken string
	// To is where it goes; "" is the webhook of what it is about.
	To string
	// Data are members that take the place of others, Set are values by their dotted paths ("error.error_code"), which
	// must be there.
	Data, Set map[string]any
}

// Triggered is a webhook that was sent.
type Triggered struct {
	Webhook string         // type and code
	Schema  string         // the specification's name
	Target  string         // where it goes
	Body    map[string]any // decoded as JSON
	Differs []string       // how the body differs from the contract, for what Data and Set did
}

// Send sends the webhook. The world's records stay as they are, but for the Item's last
// webhook, and a link token that the webhook names in a world that has none. The error says
// what would be right.
func (t Trigger) Send(w *world.World) (Triggered, error) {
	kind, err := t.find()
	if err != nil {
		return Triggered{}, err
	}
	about, err := t.subject(w, kind)
	if err != nil {
		return Triggered{}, err
	}
	if t.To != "" {
		about.target = t.To
	}
	if about.target == "" {
		return Triggered{}, fmt.Errorf("%s has no target: say where it goes (--to URL), or name an Item or a partner's "+
			"token that has a webhook", kind.Name())
	}
	if u, err := url.Parse(about.target); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Triggered{}, fmt.Errorf("%q is no address of a webhook; write for example http://127.0.0.1:3000/webhook",
			about.target)
	}
	body := jsonOf(kind.body(w, about.item.Client, about))
	maps.Copy(body, t.Data)
	if err := apply(body, kind, t.Set); err != nil {
		return Triggered{}, err
	}
	out := Triggered{
		Webhook: kind.Name(), Schema: kind.Schema, Target: about.target, Body: maps.Clone(body), Differs: kind.Check(body),
	}
	sendWebhook(w, about.target, body)
	if item := about.item; item.ID != "" && about.target == item.Webhook {
		item.sawWebhook(w, kind.Code)
		items.Put(w, item.ID, item)
	}
	return out, nil
}

// find returns the webhook that is meant.
func (t Trigger) find() (webhook, error) {
	word := strings.NewReplacer("/", ".", ":", ".", " ", "").Replace(t.Webhook)
	var found []webhook
	names := []string{}
	for _, kind := range webhooks() {
		switch {
		case strings.EqualFold(word, kind.Schema):
			return kind, nil
		case strings.EqualFold(word, kind.Name()), strings.EqualFold(word, kind.Code):
			found = append(found, kind)
		}
		names = appendNew(appendNew(appendNew(names, kind.Name()), kind.Code), kind.Schema)
	}
	for _, kind := range found[min(1, len(found)):] {
		if kind.Name() != found[0].Name() {
			return webhook{}, fmt.Errorf("several webhooks have the code %s: %s",
				found[0].Code, strings.Join(namesOf(found), ", "))
		}
	}
	for _, kind := range found { // of those to an app and to a partner that share a name
		if kind.toPartner() == (t.ProcessorToken != "") {
			return kind, nil
		}
	}
	switch near := spell.Nearest(word, names); {
	case len(found) > 0:
		return found[0], nil
	case near != "":
		return webhook{}, fmt.Errorf("there is no webhook %q; did you mean %s?", t.Webhook, near)
	}
	return webhook{}, fmt.Errorf("there is no webhook %q; \"tweed trigger --list\" lists all", t.Webhook)
}

func namesOf(kinds []webhook) (names []string) {
	for _, kind := range kinds {
		names = appendNew(names, kind.Name())
	}
	return names
}

// subject finds what the webhook is about: what is named, else the world's only Item. One
// that names no Item in its body only needs an Item for its target.
func (t Trigger) subject(w *world.World, kind webhook) (webhookSubject, error) {
	if t.ProcessorToken != "" {
		return partnerSubject(w, t.ProcessorToken)
	}
	if t.AccessToken != "" {
		item, ok := itemByToken.First(w, t.AccessToken)
		if !ok {
			return webhookSubject{}, fmt.Errorf("world %s has no access token %q", w.Name(), t.AccessToken)
		}
		return item.subject(w), nil
	}
	if kind.toPartner() && t.Item == "" {
		if tokens := processorTokensOf(w); len(tokens) == 1 {
			return partnerSubject(w, tokens[0])
		}
	}
	item, err := t.item(w)
	if err != nil && t.Item == "" && t.To != "" && !kind.Answer().Has("item_id") && !kind.Answer().Has("account_id") {
		return webhookSubject{}, nil // not about an Item
	}
	if err != nil {
		return webhookSubject{}, err
	}
	about := item.subject(w)
	if kind.toPartner() {
		about.accounts, about.target = about.accounts[:min(1, len(about.accounts))], ""
	}
	return about, nil
}

func processorTokensOf(w *world.World) (tokens []string) {
	for token := range processorTokens.All(w) {
		tokens = append(tokens, token)
	}
	return tokens
}

// partnerSubject is the account of a processor token; the webhook goes to its partner.
func partnerSubject(w *world.World, token string) (webhookSubject, error) {
	row, ok := processorTokens.Get(w, token)
	item, there := items.Get(w, row.Item)
	if !ok || !there {
		return webhookSubject{}, fmt.Errorf("world %s has no processor token %q", w.Name(), token)
	}
	acc, ok := item.account(w, row.Account)
	if !ok {
		return webhookSubject{}, fmt.Errorf("the account of the processor token %q is no more", token)
	}
	return webhookSubject{item: item, accounts: []account{acc}, target: row.Webhook}, nil
}

// item finds an Item by its alias or item_id, or the only one that was not removed.
func (t Trigger) item(w *world.World) (Item, error) {
	var all []Item
	var there, words []string
	for _, item := range items.All(w) {
		if t.Item != "" && (t.Item == item.Alias || t.Item == item.ID) {
			return item, nil
		}
		name := item.ID
		if item.Alias != "" {
			name, words = item.Alias+" ("+item.ID+")", append(words, item.Alias)
		}
		if words = append(words, item.ID); !item.Removed {
			all, there = append(all, item), append(there, name)
		}
	}
	near := spell.Nearest(t.Item, words)
	switch {
	case t.Item != "" && near != "":
		return Item{}, fmt.Errorf("world %s has no Item %q; did you mean %s?", w.Name(), t.Item, near)
	case len(all) == 0:
		return Item{}, fmt.Errorf("world %s has no Item; link one first, or say where the webhook goes (--to URL) if it is "+
			"not about an Item", w.Name())
	case t.Item == "" && len(all) == 1:
		return all[0], nil
	case t.Item != "":
		return Item{}, fmt.Errorf("world %s has no Item %q; it has %s", w.Name(), t.Item, strings.Join(there, ", "))
	}
	return Item{}, fmt.Errorf("world %s has several Items; name one: %s", w.Name(), strings.Join(there, ", "))
}

// apply sets values by their dotted paths, in the order of the paths. An error's code brings
// the rest of the error with it.
func apply(body map[string]any, kind webhook, set map[string]any) error {
	for _, path := range slices.Sorted(maps.Keys(set)) {
		words := strings.Split(path, ".")
		if path == "error.error_code" {
			if row := errorNamed(set); row != nil {
				body["error"] = jsonOf(webhookErrorOf(row.New()))
			}
		}
		at := body
		for _, word := range words[:len(words)-1] {
			below, ok := at[word].(map[string]any)
			if !ok {
				return fmt.Errorf("%s has no object at %q; there is %s", kind.Name(), path, strings.Join(sortedNames(at), ", "))
			}
			at = below
		}
		last := words[len(words)-1]
		if _, ok := at[last]; !ok && (len(words) > 1 || !kind.Answer().Has(last)) {
			return fmt.Errorf("%s has no member %q; there is %s", kind.Name(), path, strings.Join(sortedNames(at), ", "))
		}
		at[last] = set[path]
	}
	return nil
}

// errorNamed is the row of the error code that is set, nil for an unknown one. A code of
// several types takes the one that is set beside it.
func errorNamed(set map[string]any) *catalogue.Row {
	code, _ := set["error.error_code"].(string)
	name := code
	if kind, ok := set["error.error_type"].(string); ok {
		name = kind + "/" + code
	}
	if rows := catalogue.Find(name); len(rows) > 0 && code != "" {
		return rows[0]
	}
	return nil
}

// errBody is what a body of a trigger that is no object gets.
var errBody = errors.New(`the body must be a JSON object: {"webhook": "ITEM.ERROR", "item": "alice"}`)

// triggerBody is a trigger as JSON.
type triggerBody struct {
	Webhook        string         `json:"webhook"`
	Item           string         `json:"item,omitempty"`
	AccessToken    string         `json:"access_token,omitempty"`
	ProcessorToken string         `json:"processor_token,omitempty"`
	To             string         `json:"to,omitempty"`
	Data           map[string]any `json:"data,omitempty"`
	Set            map[string]any `json:"set,omitempty"`
}

// ReadTrigger reads a trigger from JSON. The error says what would be right.
func ReadTrigger(text []byte) (Trigger, error) {
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	var body triggerBody
	if err := dec.Decode(&body); err != nil {
		return Trigger{}, fmt.Errorf("%w: %w", errBody, err)
	}
	return Trigger(body), nil
}

// JSON is the trigger as ReadTrigger takes it.
func (t Trigger) JSON() ([]byte, error) { return json.Marshal(triggerBody(t)) }
