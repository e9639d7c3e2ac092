package plaid

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// span is a request for the transactions between two dates.
func span(access, start, end string, options object) object {
	body := object{"access_token": access, "start_date": start, "end_date": end}
	if options != nil {
		body["options"] = options
	}
	return body
}

// lines are the transactions of a reply, one line each: date, name, amount.
func (r reply) lines() []string {
	const list = "transactions"
	all, _ := r.at(list).([]any)
	out := []string{}
	for n := range all {
		out = append(out, fmt.Sprintf("%s %s %s", r.text(list, n, "date"), r.text(list, n, "name"), r.at(list, n, "amount")))
	}
	return out
}

// texts are one member of all members of a list.
func (r reply) texts(list, member string) []string {
	all, _ := r.at(list).([]any)
	out := []string{}
	for n := range all {
		out = append(out, r.text(list, n, member))
	}
	return out
}

// dynamicToken links an Item of user_transactions_dynamic.
func (s *tester) dynamicToken(options object) string {
	s.t.Helper()
	return s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"transactions"},
		"options": with(object{"override_username": userDynamic, "override_password": "x"}, options),
	}).text("public_token"))
}

// The cycle as it was seen in the Sandbox in 2020-01 (public notes), by its dates.
func TestTransactionsOfUserGood(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	want := []string{
		// the cycle ends on 2025-12-15 and 2026-01-14
		"2025-12-30 United Airlines 500", "2025-12-28 Uber 072515 SF**POOL** 6.33", "2025-12-25 Tectra Inc 500",
		"2025-12-24 AUTOMATIC PAYMENT - THANK 2078.5", "2025-12-24 KFC 500", "2025-12-24 Madison Bicycle Shop 500",
		"2025-12-15 CREDIT CARD 3333 PAYMENT *// 25", "2025-12-15 Uber 063015 SF**POOL** 5.4",
		"2025-12-14 ACH Electronic CreditGUSTO PAY 123456 5850", "2025-12-14 CD DEPOSIT .INITIAL. 1000",
		"2025-12-13 Touchstone Climbing 78.5", "2025-12-13 United Airlines -500", "2025-12-12 McDonald's 12",
		"2025-12-12 Starbucks 4.33", "2025-12-11 SparkFun 89.4", "2025-12-10 INTRST PYMNT -4.22",
	}
	r := s.good("/transactions/get", span(access, "2025-12-01", "2026-12-31", nil))
	require.Equal(t, want, r.lines())
	require.Len(t, r.at("accounts"), 14, "all accounts, as recorded")
	full := s.good("/transactions/get", span(access, "2000-01-01", "2026-12-31", nil))
	require.Equal(t, json.Number("48"), full.at("total_transactions"), "90 days are asked for by default")
	same := s.good("/transactions/get", span(access, "2000-01-01", "2026-12-31", object{
		"count": 100, "offset": 0, "account_ids": full.texts("accounts", "account_id"),
	}))
	require.Equal(t, full.at("transactions"), same.at("transactions"))
	ids := full.texts("transactions", "transaction_id")
	slices.Sort(ids)
	require.Len(t, slices.Compact(ids), 48)

	masks := map[string][]string{}
	for n := range 48 {
		name := full.text("transactions", n, "name")
		for a := range 14 {
			mask := full.text("accounts", a, "mask")
			if full.text("accounts", a, "account_id") == full.text("transactions", n, "account_id") && !slices.Contains(masks[mask], name) {
				masks[mask] = append(masks[mask], name)
			}
		}
	}
	require.Equal(t, []string{"CREDIT CARD 3333 PAYMENT *//", "INTRST PYMNT"}, slices.Sorted(slices.Values(masks["1111"])))
	require.Equal(t, []string{"CD DEPOSIT .INITIAL."}, masks["2222"])
	require.Len(t, masks["0000"], 6)
	require.Len(t, masks["3333"], 6)
	require.Len(t, masks, 5)
}

// 202 transactions from 2016-01-01 to 2017-01-01 are recorded (plaid-ruby VCR cassettes,
// 2019-06), and the two newest of them.
func TestTransactionsAsRecorded(t *testing.T) {
	t.Parallel()
	s := serveAt(t, time.Date(2017, 6, 19, 12, 0, 0, 0, time.UTC))
	access := s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": []string{"transactions"},
		"options": object{"transactions": object{"start_date": "2016-01-01"}},
	}).text("public_token"))
	r := s.good("/transactions/get", span(access, "2016-01-01", "2017-01-01", object{"count": 2}))
	require.Equal(t, json.Number("202"), r.at("total_transactions"))
	require.Equal(t, []string{"2017-01-01 CREDIT CARD 3333 PAYMENT *// 25", "2017-01-01 Uber 063015 SF**POOL** 5.4"}, r.lines())
	require.Equal(t, []any{"Payment", "Credit Card"}, r.at("transactions", 0, "category"))
	require.Equal(t, "16001000", r.text("transactions", 0, "category_id"))
	require.Equal(t, "special", r.text("transactions", 0, "transaction_type"))
	require.Equal(t, false, r.at("transactions", 0, "pending"))
}

// serveAt is serve with a world that begins at another time.
func serveAt(t *testing.T, start time.Time) *tester {
	t.Helper()
	s := serve(t)
	s.in(func(w *world.World) {
		require.NoError(t, w.Restart(world.Config{Seed: 1, Clock: world.Clock{Start: start}}))
	})
	return s
}

func TestTransactionsPages(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	ask := func(options object) reply {
		return s.good("/transactions/get", span(access, "2025-01-01", "2026-12-31", options))
	}
	whole := ask(nil).texts("transactions", "transaction_id")
	var pages []string
	for offset := 0; offset < len(whole); offset += 7 {
		pages = append(pages, ask(object{"count": 7, "offset": offset}).texts("transactions", "transaction_id")...)
	}
	require.Equal(t, whole, pages)
	require.Empty(t, ask(object{"offset": 48}).at("transactions"))

	checking := s.accountID(access, "0000")
	r := ask(object{"account_ids": []string{checking}})
	require.Equal(t, json.Number("18"), r.at("total_transactions"))
	require.Len(t, r.at("accounts"), 1)
	require.Equal(t, []string{checking}, slices.Compact(r.texts("transactions", "account_id")))

	described := ask(object{"count": 1, "include_original_description": true, "include_personal_finance_category": true})
	require.Equal(t, "United Airlines", described.text("transactions", 0, "original_description"))
	require.NotContains(t, ask(object{"count": 1}).at("transactions", 0), "original_description")
	require.Equal(t, "v1", ask(object{"personal_finance_category_version": "v1"}).text(
		"transactions", 0, "personal_finance_category", "version"))
	require.Empty(t, s.good("/transactions/get", span(access, "2026-01-02", "2025-01-01", nil)).at("transactions"))
}

func TestTransactionsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transactions")
	year := span(access, "2025-01-01", "2025-12-31", nil)
	for name, test := range map[string]struct {
		body object
		want wrong
	}{
		"dates missing": {object{"start_date": absent{}, "end_date": absent{}}, missingFields("start_date, end_date")},
		"a date of another form": {
			object{"start_date": "ABCDEFG1234567"}, invalidField("start_date must be a string of the format 'YYYY-MM-DD'"),
		},
		"count as text":   {object{"options": object{"count": "ABCDEFG1234567"}}, invalidField("options.count must be an integer")},
		"count of 0":      {object{"options": object{"count": 0}}, invalidField("options.count must be an integer between 1 and 500")},
		"count of 501":    {object{"options": object{"count": 501}}, invalidField("options.count must be an integer between 1 and 500")},
		"negative offset": {object{"options": object{"offset": -1}}, invalidField("options.offset must be a non-negative integer")},
		"days_requested": {
			object{"options": object{"days_requested": 731}}, invalidField("options.days_requested must be an integer between 1 and 730"),
		},
		"account of another form": {
			object{"options": object{"account_ids": []string{"not-real"}}},
			invalidField("options.account_ids must be a non-empty array of valid account ids"),
		},
		"foreign account": {
			object{"options": object{"account_ids": []string{s.accountID(s.accessToken(), "0000")}}},
			wrong{key: "INVALID_INPUT/INVALID_ACCOUNT_ID", message: "failed to find requested account ID for requested item"},
		},
		"token": {object{"access_token": "ABCDEFG1234567"}, wrong{
			key:     "INVALID_INPUT/INVALID_ACCESS_TOKEN",
			message: "provided access token is in an invalid format. expected format: access-<environment>-<identifier>",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.at(t).refused("/transactions/get", with(year, test.body), test.want)
		})
	}
}

// How far back a history goes, and that the first call gives an Item the product.
func TestTransactionsHistory(t *testing.T) {
	t.Parallel()
	s := serve(t)
	total := func(access string, options object) any {
		return s.good("/transactions/get", span(access, "2000-01-01", "2026-12-31", options)).at("total_transactions")
	}
	for _, test := range []struct {
		options object
		want    string
	}{
		{nil, "48"},
		{object{"transactions": object{"days_requested": 730}}, "386"},
		{object{"transactions": object{"days_requested": 1}}, "16"},
		{object{"transactions": object{"start_date": "2025-12-24"}}, "6"},
		{object{"transactions": object{"start_date": "1970-01-01"}}, "386"},
		{object{"transactions": object{"start_date": "2025-12-11", "end_date": "2025-12-13"}}, "5"},
	} {
		public := s.good("/sandbox/public_token/create", object{
			"institution_id": "ins_109508", "initial_products": []string{"transactions"}, "options": test.options,
		}).text("public_token")
		require.Equal(t, json.Number(test.want), total(s.exchange(public), nil), test.options)
	}
	late := s.accessToken("auth")
	require.NotContains(t, s.good("/item/get", object{"access_token": late}).at("status"), "transactions")
	require.Equal(t, json.Number("32"), total(late, object{"days_requested": 60}))
	require.Equal(t, json.Number("32"), total(late, object{"days_requested": 700}), "the product is there already")
	r := s.good("/item/get", object{"access_token": late})
	require.Equal(t, []any{"auth", "transactions"}, r.at("item", "products"))
	require.Equal(t, "2026-01-05T14:30:00.000Z", r.text("status", "transactions", "last_successful_update"))
}

// With a clock that steps, the history is ready in two parts some seconds later, as at
// Plaid; with a manual clock at once.
func TestTransactionsBecomeReady(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.in(func(w *world.World) { w.SetRun(world.Run{Step: 400 * time.Millisecond}) })
	access := s.accessToken("transactions") // 0.4 s are over
	year := span(access, "2025-01-01", "2026-12-31", nil)
	never := object{"last_failed_update": nil, "last_successful_update": nil}
	require.Equal(t, never, s.good("/item/get", object{"access_token": access}).at("status", "transactions"))
	notReady := wrong{
		key:     "ITEM_ERROR/PRODUCT_NOT_READY",
		message: "the requested product is not yet ready. please provide a webhook or try the request again later",
	}
	s.refused("/transactions/get", year, notReady)
	r := s.good("/transactions/sync", object{"access_token": access})
	require.Equal(t, []any{"", false, "NOT_READY"}, []any{r.at("next_cursor"), r.at("has_more"), r.at("transactions_update_status")})
	require.Empty(t, r.at("added"))
	s.advance(time.Second / 2)
	r = s.good("/transactions/get", year)
	require.Equal(t, json.Number("16"), r.at("total_transactions"), "the last 30 days")
	r = s.good("/transactions/sync", object{"access_token": access})
	require.Equal(t, "INITIAL_UPDATE_COMPLETE", r.text("transactions_update_status"))
	cursor := r.text("next_cursor")
	require.Len(t, r.at("added"), 16)
	s.advance(2 * time.Second)
	r = s.good("/transactions/sync", object{"access_token": access, "cursor": cursor})
	require.Equal(t, "HISTORICAL_UPDATE_COMPLETE", r.text("transactions_update_status"))
	require.Len(t, r.at("added"), 32, "the rest")
}

// A rule, or a password, makes an Item unready whatever the clock does.
func TestTransactionsNotReadyByRule(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.in(func(w *world.World) {
		_, err := rules.Add(w, scenario.Rule{
			Name: "slow", Call: "/transactions/get", Times: 2, Then: scenario.Error("PRODUCT_NOT_READY"),
		})
		require.NoError(t, err)
	})
	year := span(s.accessToken("transactions"), "2025-01-01", "2026-12-31", nil)
	for range 2 {
		require.Equal(t, "PRODUCT_NOT_READY", s.post("/transactions/get", year).text("error_code"))
	}
	s.good("/transactions/get", year)
	later := s.exchange(s.good("/sandbox/public_token/create", with(
		login("user_good", "later_PRODUCT_NOT_READY:/transactions/get"), object{"initial_products": []string{"transactions"}},
	)).text("public_token"))
	year["access_token"] = later
	require.Equal(t, "ITEM_ERROR", s.post("/transactions/get", year).text("error_type"))
	s.good("/transactions/get", year)
}

// Same seed, same bytes; another seed, other ids and other random histories.
func TestTransactionsAreDeterministic(t *testing.T) {
	t.Parallel()
	walk := func(seed uint64) string {
		s := serve(t)
		s.in(func(w *world.World) {
			require.NoError(t, w.Restart(world.Config{Seed: seed, Clock: world.Clock{Start: monday}}))
		})
		access := s.dynamicToken(nil)
		out := s.good("/transactions/get", span(access, "2025-01-01", "2026-12-31", object{"count": 500})).Body
		s.good("/transactions/refresh", object{"access_token": access})
		return out + s.good("/transactions/sync", object{"access_token": access, "count": 500}).Body
	}
	first, again := walk(1), walk(1)
	require.Equal(t, first, again)
	require.NotEqual(t, first, walk(2))
}

// The other users have a history of their own.
func TestTransactionsOfOtherUsers(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, user := range []string{userDynamic, "user_yuppie", "user_custom"} {
		public := s.good("/sandbox/public_token/create", with(login(user, "{}"), object{
			"initial_products": []string{"transactions"},
		})).text("public_token")
		r := s.good("/transactions/get", span(s.exchange(public), "2025-01-01", "2026-12-31", object{"count": 500}))
		total := r.lines()
		require.Greater(t, len(total), 200, user)
		require.True(t, slices.IsSortedFunc(total, func(a, b string) int { return -compareDates(a, b) }), user)
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(r.texts("transactions", "account_id")))), 2, user)
		for n := range total {
			require.Regexp(t, idForm, r.text("transactions", n, "transaction_id"))
		}
	}
	public := s.good("/sandbox/public_token/create", with(login("user_returns", "x"), object{
		"initial_products": []string{"transactions"},
	})).text("public_token")
	require.Empty(t, s.good("/transactions/get", span(s.exchange(public), "2025-01-01", "2026-12-31", nil)).at("transactions"))
}

func compareDates(a, b string) int { return slices.Compare([]byte(a[:10]), []byte(b[:10])) }
