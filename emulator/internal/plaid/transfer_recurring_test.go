package plaid

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// recurring is a good request of /transfer/recurring/create.
func (s *tester) recurring(access string, schedule, more object) object {
	s.t.Helper()
	return with(s.authorize(access, "0000", object{
		"description": "rent", "idempotency_key": "one", "schedule": schedule,
	}), more)
}

// Where a schedule falls; 2026-01-19 is a holiday, 2026-01-31 a Saturday.
func TestSchedule(t *testing.T) {
	t.Parallel()
	end := "2026-03-01"
	for _, test := range []struct {
		name     string
		schedule recurringSchedule
		days, at []string
	}{
		{
			"every Monday",
			recurringSchedule{nil, 1, 1, "week", "2026-01-06"},
			[]string{"2026-01-12", "2026-01-19", "2026-01-26"},
			[]string{"2026-01-12", "2026-01-20", "2026-01-26"},
		},
		{
			"every other Friday",
			recurringSchedule{nil, 2, 5, "week", "2026-01-09"},
			[]string{"2026-01-09", "2026-01-23", "2026-02-06"},
			[]string{"2026-01-09", "2026-01-23", "2026-02-06"},
		},
		{
			"the last of the month",
			recurringSchedule{&end, 1, -1, "month", "2026-01-05"},
			[]string{"2026-01-31", "2026-02-28"},
			[]string{"2026-02-02", "2026-03-02"},
		},
		{
			"the fourth, which has passed",
			recurringSchedule{nil, 3, 4, "month", "2026-01-05"},
			[]string{"2026-02-04", "2026-05-04", "2026-08-04"},
			[]string{"2026-02-04", "2026-05-04", "2026-08-04"},
		},
	} {
		require.NoError(t, test.schedule.check(), test.name)
		var days, at []string
		for d := test.schedule.first(); d != 0 && len(days) < 3; d = test.schedule.after(d) {
			days, at = append(days, d.String()), append(at, originationAt(d).Format(time.DateOnly))
		}
		require.Equal(t, test.days, days, test.name)
		require.Equal(t, test.at, at, test.name)
	}
	before := "2026-01-01"
	for text, schedule := range map[string]recurringSchedule{
		"schedule.interval_unit must be one of the following values: week, month":                  {nil, 1, 1, "day", "2026-01-05"},
		"schedule.interval_count must be an integer between 1 and 1200":                            {nil, 0, 1, "week", "2026-01-05"},
		"schedule.interval_execution_day must be an integer between 1 and 5":                       {nil, 1, 6, "week", "2026-01-05"},
		"schedule.interval_execution_day must be an integer between 1 and 28 or between -5 and -1": {nil, 1, 29, "month", "2026-01-05"},
		"schedule.start_date and schedule.end_date must be of the format 'YYYY-MM-DD'":             {nil, 1, 1, "week", "x"},
		"schedule.end_date must not be before schedule.start_date":                                 {&before, 1, 1, "week", "2026-01-05"},
	} {
		require.ErrorContains(t, schedule.check(), text)
	}
}

// The world's time makes the transfers, from the day after the call on.
func TestRecurringTransfer(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transfer")
	order := s.recurring(access, object{
		"interval_unit": "week", "interval_count": 1, "interval_execution_day": 1, "start_date": "2026-01-05",
		"end_date": "2026-01-19",
	}, nil)
	r := s.good("/transfer/recurring/create", order)
	require.Equal(t, "approved", r.text("decision"))
	require.Equal(t, "2026-01-12", r.text("recurring_transfer", "next_origination_date"))
	require.Empty(t, r.at("recurring_transfer", "transfer_ids"))
	id := r.text("recurring_transfer", "recurring_transfer_id")
	require.Equal(t, id, s.good("/transfer/recurring/create", order).text("recurring_transfer", "recurring_transfer_id"))

	one := object{"recurring_transfer_id": id}
	s.advance(8 * oneDay)
	r = s.good("/transfer/recurring/get", one)
	require.Len(t, r.at("recurring_transfer", "transfer_ids"), 1)
	require.Equal(t, "2026-01-20", r.text("recurring_transfer", "next_origination_date"), "a holiday before")
	made := s.good("/transfer/get", object{"transfer_id": r.text("recurring_transfer", "transfer_ids", 0)})
	require.Equal(t, id, made.text("transfer", "recurring_transfer_id"))
	require.Equal(t, "2026-01-12T05:00:00Z", made.text("transfer", "created"))
	require.Equal(t, "10.00", made.text("transfer", "amount"))
	require.Equal(t, "pending", s.good("/transfer/event/sync", object{"after_id": 0}).text("transfer_events", 0, "event_type"))

	s.advance(30 * oneDay)
	r = s.good("/transfer/recurring/list", object{})
	require.Len(t, r.at("recurring_transfers", 0, "transfer_ids"), 2)
	require.Equal(t, "expired", r.text("recurring_transfers", 0, "status"))
	require.Nil(t, r.at("recurring_transfers", 0, "next_origination_date"))
	s.refused("/transfer/recurring/cancel", one, wrong{
		key: "TRANSFER_ERROR/TRANSFER_NOT_CANCELLABLE", message: "transfer is not cancellable",
	})
	require.Empty(t, s.good("/transfer/recurring/list", object{"start_time": "2026-01-06T00:00:00Z"}).at("recurring_transfers"))
}

// A cancelled plan makes no transfers, and takes back those that are pending.
func TestRecurringCancel(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transfer")
	r := s.good("/transfer/recurring/create", s.recurring(access, object{
		"interval_unit": "week", "interval_count": 1, "interval_execution_day": 2, "start_date": "2026-01-05",
	}, nil))
	one := object{"recurring_transfer_id": r.text("recurring_transfer", "recurring_transfer_id")}
	s.advance(10 * oneDay)
	s.good("/transfer/recurring/cancel", one)
	s.advance(10 * oneDay)
	r = s.good("/transfer/recurring/get", one)
	require.Equal(t, "cancelled", r.text("recurring_transfer", "status"))
	require.Len(t, r.at("recurring_transfer", "transfer_ids"), 2)
	made := s.good("/transfer/get", object{"transfer_id": r.text("recurring_transfer", "transfer_ids", 1)})
	require.Equal(t, "cancelled", made.text("transfer", "status"))
}

// A transfer that Plaid would not authorize is skipped; one that it would not authorize at once
// is never planned.
func TestRecurringIsDecided(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transfer")
	weekly := object{"interval_unit": "week", "interval_count": 1, "interval_execution_day": 2, "start_date": "2026-01-05"}
	r := s.good("/transfer/recurring/create", s.recurring(access, weekly, object{"amount": "100.01"}))
	require.Equal(t, "NSF", r.text("decision_rationale", "code"))
	require.Nil(t, r.at("recurring_transfer"))
	r = s.good("/transfer/recurring/create", s.recurring(access, weekly, nil))
	s.good("/sandbox/item/reset_login", object{"access_token": access})
	s.advance(2 * oneDay)
	one := object{"recurring_transfer_id": r.text("recurring_transfer", "recurring_transfer_id")}
	r = s.good("/transfer/recurring/get", one)
	require.Empty(t, r.at("recurring_transfer", "transfer_ids"))
	require.Equal(t, "2026-01-13", r.text("recurring_transfer", "next_origination_date"))
	s.refused("/transfer/recurring/get", object{"recurring_transfer_id": "x"},
		invalidField("recurring_transfer_id must be a valid recurring transfer ID"))
}

// A test clock has a time of its own, which makes the transfers that it passes.
func TestTestClock(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("transfer")
	clock := s.good("/sandbox/transfer/test_clock/create", object{"virtual_time": "2027-03-01T12:00:00Z"})
	id := clock.text("test_clock", "test_clock_id")
	require.Equal(t, "2027-03-01T12:00:00Z", clock.text("test_clock", "virtual_time"))
	weekly := object{"interval_unit": "week", "interval_count": 1, "interval_execution_day": 1, "start_date": "2027-03-01"}
	r := s.good("/transfer/recurring/create", s.recurring(access, weekly, object{"test_clock_id": id}))
	one := object{"recurring_transfer_id": r.text("recurring_transfer", "recurring_transfer_id")}
	require.Equal(t, "2027-03-08", r.text("recurring_transfer", "next_origination_date"))
	s.advance(20 * oneDay)
	require.Empty(t, s.good("/transfer/recurring/get", one).at("recurring_transfer", "transfer_ids"), "the world's time is another")

	move := func(to string) object { return object{"test_clock_id": id, "new_virtual_time": to} }
	const advance = "/sandbox/transfer/test_clock/advance"
	s.good(advance, move("2027-03-16T12:00:00Z")) // two weeks and a day: two transfers (documented)
	r = s.good("/transfer/recurring/get", one)
	require.Len(t, r.at("recurring_transfer", "transfer_ids"), 2)
	made := r.text("recurring_transfer", "transfer_ids", 1)
	require.Equal(t, "2027-03-15T04:00:00Z", s.good("/transfer/get", object{"transfer_id": made}).text("transfer", "created"))
	s.good("/sandbox/transfer/simulate", object{"transfer_id": made, "event_type": "posted", "test_clock_id": id})
	events := s.good("/transfer/event/list", object{"transfer_id": made})
	require.Equal(t, "2027-03-16T12:00:00Z", events.text("transfer_events", 0, "timestamp"))

	s.refused(advance, move("2027-03-16T11:59:59Z"),
		invalidField("new_virtual_time must not be before the virtual_time of the test clock"))
	s.refused(advance, move("soon"), invalidField("new_virtual_time must be a string of the format 'YYYY-MM-DDThh:mm:ssZ'"))
	s.refused(advance, move("2027-08-09T12:00:00Z"),
		invalidField("new_virtual_time must not be so late that a recurring transfer originates more than 20 times"))
	require.Equal(t, "2027-03-16T12:00:00Z",
		s.good("/sandbox/transfer/test_clock/get", object{"test_clock_id": id}).text("test_clock", "virtual_time"))
	s.refused("/sandbox/transfer/test_clock/get", object{"test_clock_id": "x"},
		invalidField("test_clock_id must be a valid test clock ID"))

	for _, key := range []string{"two", "three", "four", "five"} {
		s.good("/transfer/recurring/create", s.recurring(access, weekly, object{"test_clock_id": id, "idempotency_key": key}))
	}
	s.refused("/transfer/recurring/create", s.recurring(access, weekly, object{"test_clock_id": id, "idempotency_key": "six"}),
		invalidField("test_clock_id must be that of a test clock with less than 5 recurring transfers"))
	s.good("/sandbox/transfer/test_clock/create", object{"virtual_time": "2028-01-01T00:00:00Z"})
	r = s.good("/sandbox/transfer/test_clock/list", object{"start_virtual_time": "2027-01-01T00:00:00Z"})
	require.Equal(t, id, r.text("test_clocks", 1, "test_clock_id"), "the newest first")
	require.Len(t, s.good("/sandbox/transfer/test_clock/list", object{"count": 1}).at("test_clocks"), 1)
}

func TestTransferIntent(t *testing.T) {
	t.Parallel()
	s := serve(t)
	order := object{
		"mode": "PAYMENT", "amount": "12.00", "description": "Rent in May", "ach_class": "web",
		"user": object{"legal_name": "A B"}, "metadata": object{"key": "value"},
	}
	r := s.good("/transfer/intent/create", order)
	require.Equal(t, "PENDING", r.text("transfer_intent", "status"))
	require.Equal(t, "same-day-ach", r.text("transfer_intent", "network"))
	got := s.good("/transfer/intent/get", object{"transfer_intent_id": r.text("transfer_intent", "id")})
	for name, value := range r.at("transfer_intent").(object) {
		require.Equal(t, value, got.at("transfer_intent", name), name)
	}
	require.Nil(t, got.at("transfer_intent", "transfer_id"))
	for _, test := range []struct {
		more object
		want string
	}{
		{object{"description": "sixteen letters!"}, "description must be between 1 and 15 characters long"},
		{object{"amount": "12"}, `amount must be a positive decimal string with two digits of precision, e.g. "10.00"`},
		{object{"ach_class": "x"}, "ach_class must be one of the following values: ccd, ppd, tel, web"},
	} {
		s.refused("/transfer/intent/create", with(order, test.more), invalidField(test.want))
	}
	s.refused("/transfer/intent/get", object{"transfer_intent_id": "x"},
		invalidField("transfer_intent_id must be a valid transfer intent ID"))
}
