package plaid

import (
	"slices"
	"time"

	"tweed/emulator/internal/world"
)

// Overview is an Item as a person looks at it: what several of Plaid's calls tell of it, and
// what only Tweed knows.
type Overview struct {
	ItemID          string                   `json:"item_id"`
	Alias           string                   `json:"alias,omitempty"` // its name in the scenario
	InstitutionID   string                   `json:"institution_id"`
	InstitutionName string                   `json:"institution_name"`
	User            string                   `json:"user"`
	ClientUserID    string                   `json:"client_user_id,omitempty"` // of the link token
	Products        []string                 `json:"products"`
	State           string                   `json:"state"` // healthy, removed, or the code of its error
	Webhook         string                   `json:"webhook"`
	Created         string                   `json:"created"`
	AccessToken     string                   `json:"access_token,omitempty"` // none before the exchange
	Accounts        []accountBody            `json:"accounts"`
	ProcessorTokens []processorTokenOverview `json:"processor_tokens"`
}

type processorTokenOverview struct {
	Token     string `json:"processor_token"`
	Processor string `json:"processor"`
	AccountID string `json:"account_id"`
}

// The states of an Item that is in no error.
const (
	stateHealthy = "healthy"
	stateRemoved = "removed"
)

// Overviews returns the newest Items of a world, at most so many (0 is all), the oldest first, and
// how many there are. Removed ones count. Of those made at one moment of world time, the ids decide.
func Overviews(w *world.World, most int) (newest []Overview, total int) {
	all := make([]Item, 0, items.Len(w))
	for _, item := range items.All(w) {
		all = append(all, item)
	}
	slices.SortStableFunc(all, func(a, b Item) int { return a.Created.Compare(b.Created) })
	if total = len(all); most > 0 {
		all = all[max(0, total-most):]
	}
	tokens := map[string][]processorTokenOverview{}
	for token, row := range processorTokens.All(w) {
		tokens[row.Item] = append(tokens[row.Item], processorTokenOverview{token, row.Processor, row.Account})
	}
	newest = make([]Overview, len(all))
	for n, item := range all {
		newest[n] = item.overview(w)
		newest[n].ProcessorTokens = append(newest[n].ProcessorTokens, tokens[item.ID]...)
	}
	return newest, total
}

func (i Item) overview(w *world.World) Overview {
	body := i.body(w)
	out := Overview{
		ItemID: i.ID, Alias: i.Alias, InstitutionID: i.Institution, InstitutionName: i.bank().Name, User: i.User,
		ClientUserID: i.ClientUser, Products: i.Products, State: stateHealthy, Webhook: i.Webhook,
		Created: i.Created.Format(time.RFC3339), AccessToken: i.AccessToken, Accounts: bodies(i.accounts(w)),
		ProcessorTokens: []processorTokenOverview{},
	}
	switch {
	case i.Removed:
		out.State = stateRemoved
	case body.Error != nil:
		out.State = body.Error.ErrorCode
	}
	return out
}
