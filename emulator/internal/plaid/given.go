package plaid

import (
	"encoding/json"
	"fmt"

	"tweed/emulator/internal/world"
)

// Given makes the Item of a scenario's "given": linked already, with an access token.
// Any client may use it. It returns the errors of Open.
func (l Login) Given(w *world.World) error {
	if l.Institution == "" {
		l.Institution = firstPlatypus
	}
	if l.User == "" {
		l.User = userGood
	}
	if l.Password == "" {
		l.Password = passGood
	}
	if len(l.Products) == 0 {
		l.Products = []string{"auth"}
	}
	if len(l.Custom) > 0 {
		text, err := json.Marshal(l.Custom)
		if err != nil {
			return err
		}
		l.User, l.Password = userCustom, string(text)
	}
	if l.User == userCustom {
		if _, err := parseCustom(l.Password); err != nil {
			return fmt.Errorf("custom user: %w", err)
		}
	}
	item, err := l.Open(w)
	if err != nil {
		return err
	}
	item.AccessToken = newToken(w, "access")
	items.Put(w, item.ID, item)
	return nil
}

// View is an Item as a test sees it.
type View struct {
	Alias       string
	ItemID      string
	Institution string
	User        string
	AccessToken string
	Products    []string
	Error       string // TYPE/CODE of the state it is in, "" if it is healthy
	Removed     bool
	Accounts    []AccountView
}

// AccountView is an account as a test sees it.
type AccountView struct{ ID, Name, Mask, Type, Subtype string }

// Items returns all Items of a world, in the order of their ids.
func Items(w *world.World) []View {
	var out []View
	for _, item := range items.All(w) {
		view := View{
			Alias: item.Alias, ItemID: item.ID, Institution: item.Institution, User: item.User,
			AccessToken: item.AccessToken, Products: item.Products, Removed: item.Removed,
		}
		if e := asRow(item.trouble(w)); e != nil {
			view.Error = e.Row.Key()
		}
		for _, a := range item.accounts(w) {
			view.Accounts = append(view.Accounts, AccountView{a.ID, a.Name, a.Mask, a.Type, a.Subtype})
		}
		out = append(out, view)
	}
	return out
}
