package plaid

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// fact derives what a scenario's "where" may ask about a Plaid call: a field of the
// request, or what a token or an id in it resolves to.
func fact(c *api.Call, name string) (any, bool) {
	if value, ok := c.Body.Fields[name]; ok && value != nil {
		return value, true
	}
	switch name {
	case "institution_id", "user", "item", "item_alias", "client_user_id":
		item, ok := itemIn(c)
		if !ok {
			return nil, false
		}
		value := item.fact(name)
		return value, value != ""
	case "account_mask":
		return accountMask(c)
	case "product", "products":
		for _, field := range []string{"products", "initial_products"} {
			if list, ok := c.Body.Fields[field]; ok {
				return list, true
			}
		}
	}
	return nil, false
}

// fact is what the Item tells under the name of a fact.
func (i *Item) fact(name string) string {
	switch name {
	case "institution_id":
		return i.Institution
	case "user":
		return i.User
	case "item":
		return i.ID
	case "item_alias":
		return i.Alias
	default:
		return i.ClientUser
	}
}

// itemIn finds the Item that a token in the request leads to, whatever its state.
func itemIn(c *api.Call) (Item, bool) {
	if kept, ok := c.Kept("item"); ok {
		item, found := kept.(Item)
		return item, found
	}
	item, ok := lookUpItem(c)
	if ok {
		c.Keep("item", item)
	}
	return item, ok
}

func lookUpItem(c *api.Call) (Item, bool) {
	if token := c.Body.Text("access_token"); token != "" {
		return itemByToken.First(c.World, token)
	}
	if token := c.Body.Text("public_token"); token != "" {
		row, _ := publicTokens.Get(c.World, token)
		return items.Get(c.World, row.Item)
	}
	if token := c.Body.Text("processor_token"); token != "" {
		row, _ := processorTokens.Get(c.World, token)
		return items.Get(c.World, row.Item)
	}
	if token := c.Body.Text("link_token"); token != "" {
		row, _ := linkTokens.Get(c.World, token)
		if row.Item == "" {
			return Item{ClientUser: row.User}, row.User != ""
		}
		return items.Get(c.World, row.Item)
	}
	return Item{}, false
}

func accountMask(c *api.Call) (any, bool) {
	item, ok := itemIn(c)
	if !ok {
		return nil, false
	}
	id := c.Body.Text("account_id")
	if id == "" {
		row, _ := processorTokens.Get(c.World, c.Body.Text("processor_token"))
		id = row.Account
	}
	acc, ok := item.account(c.World, id)
	return acc.Mask, ok
}

// FactOf answers what a rule asks about the Item and the account behind a processor token.
func FactOf(w *world.World, token, name string) (any, bool) {
	return fact(&api.Call{World: w, Body: api.Body{Fields: map[string]any{"processor_token": token}}}, name)
}
