package plaid

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// nowhere is a wall clock that does not move.
func nowhere() time.Time { return monday }

// given serves worlds that start with an Item.
func given(t *testing.T, l Login) *tester {
	t.Helper()
	s := serve(t)
	s.in(func(w *world.World) { require.NoError(t, l.Given(w)) })
	return s
}

func TestGiven(t *testing.T) {
	t.Parallel()
	s := given(t, Login{Alias: "alice"})
	var views []View
	s.in(func(w *world.World) { views = Items(w) })
	require.Len(t, views, 1)
	v := views[0]
	require.Regexp(t, tokenOf("access", "sandbox"), v.AccessToken)
	require.Equal(t, View{
		Alias: "alice", ItemID: v.ItemID, Institution: "ins_109508", User: "user_good", AccessToken: v.AccessToken,
		Products: []string{"auth"}, Accounts: v.Accounts,
	}, v)
	require.Len(t, v.Accounts, 14)
	require.Equal(t, AccountView{v.Accounts[0].ID, "Plaid Checking", "0000", "depository", "checking"}, v.Accounts[0])

	item := object{"access_token": v.AccessToken}
	s.good("/auth/get", item)
	s.as("any client", "x").good("/auth/get", item)
	public := s.good("/item/public_token/create", item)
	require.Equal(t, v.AccessToken, s.as("a third", "x").exchange(public.text("public_token")))
	s.good("/auth/get", item)
}

func TestGivenCustom(t *testing.T) {
	t.Parallel()
	s := given(t, Login{Custom: map[string]any{"override_accounts": []any{
		map[string]any{"type": "depository", "subtype": "checking", "meta": map[string]any{"mask": "77"}},
	}}})
	s.in(func(w *world.World) {
		require.Len(t, Items(w)[0].Accounts, 1)
		require.Equal(t, "77", Items(w)[0].Accounts[0].Mask)
		require.Equal(t, "user_custom", Items(w)[0].User)
	})
}

func TestGivenRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.in(func(w *world.World) {
		for _, l := range []Login{
			{Institution: "ins_0"},
			{User: "nobody"},
			{Password: "wrong"},
			{Password: "error_ITEM_LOCKED"},
			{Products: []string{"no_product"}},
			{Custom: map[string]any{"override_accounts": 5}},
			{Custom: map[string]any{"bad": func() {}}},
		} {
			require.Error(t, l.Given(w), "%+v", l)
		}
		require.Empty(t, Items(w))
	})
}

// All of Plaid's records survive an export and an import.
func TestExportImport(t *testing.T) {
	t.Parallel()
	s := serve(t, Settings{Environment: "sandbox", Credentials: []Credentials{{ClientID: "client"}}})
	access := s.customToken(`{"version":2,"override_accounts":[
		{"type":"depository","subtype":"checking","numbers":{"account":"4"}}
	]}`)
	item := object{"access_token": access}
	token := s.good("/processor/token/create", with(item, object{
		"account_id": s.good("/accounts/get", item).text("accounts", 0, "account_id"), "processor": "dwolla",
	})).text("processor_token")
	link := s.linkToken(object{"account_filters": object{"credit": object{"account_subtypes": []string{"all"}}}})
	public := s.publicToken()
	ask := func(s *tester) (out []any) {
		for path, body := range map[string]object{
			"/auth/get": item, "/processor/auth/get": {"processor_token": token},
			"/link/token/get": {"link_token": link.text("link_token")},
		} {
			r := s.good(path, body)
			out = append(out, r.Fields["numbers"], r.Fields["metadata"])
		}
		return out
	}
	before := ask(s)
	var data world.Export
	s.in(func(w *world.World) {
		var err error
		data, err = w.Export()
		require.NoError(t, err)
	})
	other := serve(t)
	other.in(func(w *world.World) { require.NoError(t, w.Import(data)) })
	require.ElementsMatch(t, before, ask(other))
	other.exchange(public)
	other.as("another", "x").refused("/item/get", item, wrong{
		key: "INVALID_INPUT/INVALID_API_KEYS", message: "invalid client_id or secret provided",
	})
}

// Each fact that a scenario can ask of a Plaid call.
func TestFacts(t *testing.T) {
	t.Parallel()
	s := given(t, Login{Alias: "alice", ClientUser: "user-9"})
	var v View
	s.in(func(w *world.World) { v = Items(w)[0] })
	item := object{"access_token": v.AccessToken}
	public := s.good("/item/public_token/create", item).text("public_token")
	processor := s.good("/processor/token/create", with(item, object{
		"account_id": v.Accounts[1].ID, "processor": "dwolla",
	}))
	link := s.linkToken(nil).text("link_token")
	update := s.linkToken(item).text("link_token")
	ofItem := object{
		"institution_id": "ins_109508", "user": "user_good", "item": v.ItemID, "item_alias": "alice",
		"client_user_id": "user-9", "products": []string{"auth"},
	}
	second, third := v.Accounts[1].ID, v.Accounts[2].ID
	for name, test := range map[string]struct {
		body, want object
	}{
		"access token": {item, ofItem}, "public token": {object{"public_token": public}, ofItem},
		"processor token": {
			object{"processor_token": processor.text("processor_token")},
			with(ofItem, object{
				"account_mask": "1111", "account_id": second, "processor": "dwolla", "routing_number": "011401533",
			}),
		},
		"account": {
			with(item, object{"account_id": third}),
			with(ofItem, object{"account_mask": "2222", "account_id": third}), // a CD has no routing number
		},
		"another's account": {with(item, object{"account_id": "x"}), with(ofItem, object{"account_id": "x"})},
		"link token":        {object{"link_token": link}, object{"client_user_id": "user-1"}},
		"update mode":       {object{"link_token": update}, ofItem},
		"own fields":        {object{"institution_id": "ins_1", "x": nil}, object{}},
		"nulls": {
			with(item, object{"institution_id": nil, "account_id": nil}), ofItem,
		},
		"user of the request": {object{"user": object{"client_user_id": "u"}}, object{"client_user_id": "u"}},
		"products": {
			object{"initial_products": []any{"auth"}},
			object{"products": []any{"auth"}},
		},
		"no token": {object{"access_token": "nothing"}, object{}},
		"empty":    {object{}, object{}},
	} {
		t.Run(name, func(t *testing.T) {
			s.in(func(w *world.World) {
				c := &api.Call{World: w, Op: &api.Op{Path: "/item/get"}, Body: api.FromFields(test.body)}
				about, got := aboutOf(c), object{}
				for _, name := range []string{
					"institution_id", "user", "item", "item_alias", "client_user_id", "account_mask", "account_id", "processor",
					"product", "products", "routing_number", "x",
				} {
					if value, ok := about.Fact(name); ok {
						got[name] = value
					}
				}
				require.Equal(t, test.want, got)
			})
		})
	}
}
