package plaid

import (
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// testClock is a timeline of its own, for recurring transfers (OpenAPI file,
// /sandbox/transfer/test_clock/create). It moves only when it is told to.
type testClock struct {
	ID     string    `json:"id"`
	N      uint64    `json:"n"` // in the order of creation, from 1
	Client string    `json:"client"`
	Time   time.Time `json:"time"`
}

var (
	testClocks   = world.NewTable[testClock]("plaid.test_clock", 1) // by id
	testClocksOf = testClocks.Index(func(t testClock) string { return t.Client })
)

// The documented limits of a test clock: recurring transfers on it, and originations of each by
// one advance.
const (
	clockTransfers    = 5
	clockOriginations = 20
)

type testClockBody struct {
	TestClockID string `json:"test_clock_id"`
	VirtualTime string `json:"virtual_time"`
}

func (t testClock) body() testClockBody {
	return testClockBody{t.ID, t.Time.UTC().Format(time.RFC3339)}
}

// testClockOf finds a test clock of the client. The error for one that is not there is assumed.
func testClockOf(c *api.Call, id string) (testClock, error) {
	t, ok := testClocks.Get(c.World, id)
	if !ok || t.Client != c.Client.ID {
		return t, errInvalidField.Text("test_clock_id must be a valid test clock ID")
	}
	return t, nil
}

// clockTime is now, or the time of the test clock that a request names.
func clockTime(c *api.Call, id *string) (time.Time, error) {
	if textOr(id, "") == "" {
		return c.Now, nil
	}
	t, err := testClockOf(c, *id)
	return t.Time, err
}

type testClockCreateRequest struct {
	VirtualTime *string `json:"virtual_time"`
}

type testClockResponse struct {
	RequestID string        `json:"request_id"`
	TestClock testClockBody `json:"test_clock"`
}

// sandboxTransferTestClockCreate makes a test clock, which shows now unless the request says
// otherwise. Errors: INVALID_FIELD.
func sandboxTransferTestClockCreate(c *api.Call, req testClockCreateRequest) (testClockResponse, error) {
	at, err := timeBound{"virtual_time", req.VirtualTime}.time()
	if err != nil {
		return testClockResponse{}, err
	}
	if at.IsZero() {
		at = c.Now
	}
	t := testClock{
		ID: c.World.UUID("test_clock"), N: c.World.Count("plaid.test_clock"), Client: c.Client.ID, Time: at.UTC(),
	}
	testClocks.Put(c.World, t.ID, t)
	return testClockResponse{RequestID: c.RequestID, TestClock: t.body()}, nil
}

type testClockIDRequest struct {
	TestClockID string `json:"test_clock_id"`
}

// sandboxTransferTestClockGet tells a test clock's time. Errors: those of testClockOf.
func sandboxTransferTestClockGet(c *api.Call, req testClockIDRequest) (testClockResponse, error) {
	t, err := testClockOf(c, req.TestClockID)
	if err != nil {
		return testClockResponse{}, err
	}
	return testClockResponse{RequestID: c.RequestID, TestClock: t.body()}, nil
}

type testClockListRequest struct {
	Start  *string `json:"start_virtual_time"`
	End    *string `json:"end_virtual_time"`
	Count  *whole  `json:"count"`
	Offset *whole  `json:"offset"`
}

type testClockListResponse struct {
	RequestID  string          `json:"request_id"`
	TestClocks []testClockBody `json:"test_clocks"`
}

// sandboxTransferTestClockList lists the client's test clocks, the newest first (assumed).
// Errors: INVALID_FIELD.
func sandboxTransferTestClockList(c *api.Call, req testClockListRequest) (testClockListResponse, error) {
	from, until := timeBound{"start_virtual_time", req.Start}, timeBound{"end_virtual_time", req.End}
	span, err := spanOf(from, until, req.Count, req.Offset)
	if err != nil {
		return testClockListResponse{}, err
	}
	var found []testClock
	for _, id := range testClocksOf.Keys(c.World, c.Client.ID) {
		if t, _ := testClocks.Get(c.World, id); span.holds(t.Time) {
			found = append(found, t)
		}
	}
	number := func(t testClock) uint64 { return t.N }
	return testClockListResponse{
		RequestID: c.RequestID, TestClocks: newest(found, span, number, testClock.body),
	}, nil
}

type testClockAdvanceRequest struct {
	NewVirtualTime string `json:"new_virtual_time"`
	TestClockID    string `json:"test_clock_id"`
}

// sandboxTransferTestClockAdvance moves a test clock, and makes the transfers that fall due
// meanwhile, each at its moment. Errors, in order of checking: those of testClockOf,
// INVALID_FIELD for a time that is none or before the clock's, and for one that makes more than
// 20 transfers of one kind (texts assumed).
func sandboxTransferTestClockAdvance(c *api.Call, req testClockAdvanceRequest) (requestIDResponse, error) {
	t, err := testClockOf(c, req.TestClockID)
	if err != nil {
		return requestIDResponse{}, err
	}
	to, err := timeBound{"new_virtual_time", &req.NewVirtualTime}.time()
	switch {
	case err != nil:
		return requestIDResponse{}, err
	case to.Before(t.Time):
		return requestIDResponse{}, errInvalidField.Text(
			"new_virtual_time must not be before the virtual_time of the test clock")
	}
	recurring := recurringOn.Keys(c.World, t.ID)
	for _, id := range recurring {
		if r, _ := recurringTransfers.Get(c.World, id); r.due(to) > clockOriginations {
			return requestIDResponse{}, errInvalidField.Text(
				"new_virtual_time must not be so late that a recurring transfer originates more than 20 times")
		}
	}
	for _, id := range recurring {
		r, _ := recurringTransfers.Get(c.World, id)
		r.run(c.World, to)
	}
	t.Time = to.UTC()
	testClocks.Put(c.World, t.ID, t)
	return requestIDResponse{RequestID: c.RequestID}, nil
}
