package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// notice is one event of ALE, as a client of Go reads it.
type notice struct {
	ID       uint64 `json:"id"`
	DateTime string `json:"dateTime"`
	Payload  string `json:"payload"`
}

// status is the status that the event tells of.
func (n notice) status() string {
	var payload struct {
		Timestamp time.Time `json:"timestamp"`
		Status    string    `json:"status"`
	}
	if err := json.Unmarshal([]byte(n.Payload), &payload); err != nil || payload.Timestamp.IsZero() {
		return fmt.Sprint("no payload: ", n.Payload, err)
	}
	return payload.Status
}

const (
	transferTopic = "sentinel-ach-transfer-status"
	microTopic    = "sentinel-ach-micro-deposit-transfer-status"
)

// tryALE reads the topic of transfers.
func (c *client) tryALE(query string) ([]notice, error) { return c.tryTopic(transferTopic, query) }

func (c *client) tryTopic(topic, query string) ([]notice, error) {
	got, err := c.try(http.MethodGet, "/ale/api/v1/read/"+topic+"/TWEED?"+query, "")
	if err = expect(http.StatusOK, got, err); err != nil {
		return nil, err
	}
	var out []notice
	err = json.Unmarshal([]byte(got.Body), &out)
	if err == nil && out == nil {
		err = fmt.Errorf("no array: %s", got.Body)
	}
	return out, err
}

func (c *client) ale(query string) []notice {
	c.t.Helper()
	out, err := c.tryALE(query)
	require.NoError(c.t, err)
	return out
}

// polled is what became of a long poll.
type polled struct {
	notices []notice
	err     error
}

// poll begins a long poll of the topic of transfers and returns when the server has it.
func (c *client) poll(query string) <-chan polled {
	c.t.Helper()
	return c.pollTopic(transferTopic, query)
}

func (c *client) pollTopic(topic, query string) <-chan polled {
	c.t.Helper()
	before := c.requests()
	done := make(chan polled, 1)
	go func() {
		notices, err := c.tryTopic(topic, query+"&streamType=LONG_POLL")
		done <- polled{notices, err}
	}()
	c.await(before + 1)
	return done
}

// requests is how many vendors' calls the world has met, those that wait among them.
func (c *client) requests() int {
	c.t.Helper()
	export := c.good(http.MethodGet, "export", "")
	n, _ := export.at("tables", "world.counter", "records", "request").(json.Number)
	count, _ := strconv.Atoi(n.String())
	return count
}

func (c *client) await(requests int) {
	c.t.Helper()
	require.Eventually(c.t, func() bool { return c.requests() >= requests }, time.Minute, time.Millisecond)
}

// apex is a client with a login and an approved relationship.
func apex(t testing.TB, emu *emulator.Emulator, world string) (c *client, relationship string) {
	t.Helper()
	c = newClient(t, emu, world)
	c.login()
	return c, c.relationship(c.processorToken(c.link())).text("id")
}

func (c *client) approve(transfer string) {
	c.t.Helper()
	c.ok("/sentinel/api/v1/test/simulation/achs/"+transfer+"/approve", nil)
}

// TestALEPollEndsByEvent: by one of its topic, and by no other.
func TestALEPollEndsByEvent(t *testing.T) {
	t.Parallel()
	c, relationship := apex(t, emulator.RunT(t), "events")
	done := c.poll("highWaterMark=0&timeoutSeconds=3600")
	c.relationship(c.processorToken(c.link()))
	select {
	case got := <-done:
		require.Fail(t, "an event of another topic ended it", "%v", got)
	default:
	}
	c.deposit(relationship, "e-1", "10")
	got := <-done
	require.NoError(t, got.err)
	require.Len(t, got.notices, 1)
	require.Equal(t, "PENDING", got.notices[0].status())
}

// TestALEPollEndsByAdvance: the clock is moved past what was due.
func TestALEPollEndsByAdvance(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c, relationship := apex(t, emu, "")
	deposit := c.deposit(relationship, "e-1", "10").text("transferId")
	c.approve(deposit)
	seen := c.ale("")
	done := c.poll(fmt.Sprintf("highWaterMark=%d", seen[1].ID))
	emu.World("default").Advance(time.Hour) // nothing is due
	select {
	case got := <-done:
		require.Fail(t, "nothing happened, and yet it ended", "%v", got)
	default:
	}
	emu.World("default").Advance(24 * time.Hour)
	got := <-done
	require.NoError(t, got.err)
	require.NotEmpty(t, got.notices, "it may see the first event before the others have happened")
	require.Equal(t, "FUNDS_POSTED", got.notices[0].status())
	c.login() // the first login's life is over
	rest := c.ale(fmt.Sprintf("highWaterMark=%d", seen[1].ID))
	require.Len(t, rest, 3)
	require.Equal(t, "COMPLETE", rest[2].status())
}

// TestALEPollEndsByPatience: in wall time; the world's stands still.
func TestALEPollEndsByPatience(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c, _ := apex(t, emu, "")
	now := emu.World("default").Now()
	begin := time.Now()
	require.Empty(t, c.ale("streamType=LONG_POLL&timeoutSeconds=1"))
	require.GreaterOrEqual(t, time.Since(begin), time.Second)
	require.Equal(t, now, emu.World("default").Now())
	require.Empty(t, c.ale("streamType=LONG_POLL&timeoutSeconds=0"))
	require.Empty(t, c.ale("streamType=NONE&timeoutSeconds=3600"), "without a long poll nothing waits")
}

// TestALEPollEndsByStop: with an answer.
func TestALEPollEndsByStop(t *testing.T) {
	t.Parallel()
	emu := started(t, emulator.Options{})
	c, _ := apex(t, emu, "")
	done := c.poll("timeoutSeconds=3600")
	begin := time.Now()
	require.NoError(t, emu.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
	got := <-done
	require.NoError(t, got.err)
	require.Empty(t, got.notices)
}

// TestALEPollEndsByLeaving: a client that leaves is not waited for at the stop, and its call
// stands in the journal when the server has noticed.
func TestALEPollEndsByLeaving(t *testing.T) {
	t.Parallel()
	emu := started(t, emulator.Options{})
	c, _ := apex(t, emu, "")
	ctx, leave := context.WithCancel(t.Context())
	path := "/ale/api/v1/read/" + transferTopic + "/TWEED?streamType=LONG_POLL&timeoutSeconds=3600"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, emu.URL()+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", c.jwt)
	before := c.requests()
	failed := make(chan error)
	go func() {
		_, err := http.DefaultClient.Do(req) //nolint:bodyclose // there is no reply
		failed <- err
	}()
	c.await(before + 1)
	leave()
	require.ErrorIs(t, <-failed, context.Canceled)
	require.Eventually(t, func() bool {
		calls := emu.World("default").Calls()
		return calls[len(calls)-1].Operation == "aleRead"
	}, time.Minute, time.Millisecond)
}

// TestALEHundreds: 300 long polls wait in one world while others work there, and one event
// answers them all.
func TestALEHundreds(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c, relationship := apex(t, emu, "busy")
	const polls = 300
	before := c.requests()
	done := make(chan polled, polls)
	for range polls {
		go func() {
			notices, err := c.tryALE("streamType=LONG_POLL&timeoutSeconds=3600")
			done <- polled{notices, err}
		}()
	}
	c.await(before + polls)
	var group sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		group.Go(func() {
			for range 10 {
				got, err := c.try(http.MethodGet, "/sentinel/api/v1/ach_relationships/"+relationship, "")
				if errs[n] = expect(http.StatusOK, got, err); errs[n] != nil {
					return
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Empty(t, done, "calls that are no event end no poll")
	c.deposit(relationship, "e-1", "10")
	for range polls {
		got := <-done
		require.NoError(t, got.err)
		require.Len(t, got.notices, 1)
		require.Equal(t, "PENDING", got.notices[0].status())
	}
}

// TestALERunningClock: a deposit settles by a running clock while nobody calls, and the long
// poll that waits for its COMPLETE ends.
func TestALERunningClock(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c, relationship := apex(t, emu, "fast")
	c.approve(c.deposit(relationship, "e-1", "10").text("transferId"))
	seen := c.ale("highWaterMark=1")
	require.Len(t, seen, 2)
	gap := seen[1].ID - seen[0].ID
	done := c.poll(fmt.Sprintf("timeoutSeconds=3600&highWaterMark=%d", seen[1].ID+2*gap))
	other := c.poll(fmt.Sprintf("timeoutSeconds=3600&highWaterMark=%d", seen[1].ID+3*gap))
	c.good(http.MethodPost, "clock", fields{"run": "1000000x"}.json())
	got := <-done
	require.NoError(t, got.err)
	require.Len(t, got.notices, 1)
	require.Equal(t, "COMPLETE", got.notices[0].status())
	require.Equal(t, "2026-01-06T13:30:00.000+00:00", got.notices[0].DateTime, "each event at its own instant")
	require.Empty(t, other)
}

// TestALEMicroDeposits: micro-deposits arrive by a running clock without an approval, and the long poll that waits for
// their COMPLETE ends.
func TestALEMicroDeposits(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "micro")
	c.login()
	c.ok("/sentinel/api/v1/ach_relationships", fields{
		"account": "3TW05057", "bankRoutingNumber": "121000358", "bankAccount": "123456789", "bankAccountOwnerName": "Owner",
		"bankAccountType": "CHECKING", "nickname": "", "approvalMethod": "MICRO_DEPOSIT",
	})
	seen, err := c.tryTopic(microTopic, "")
	require.NoError(t, err)
	require.Len(t, seen, 2)
	last := seen[1].ID + 2*(seen[1].ID-seen[0].ID) // SENT_TO_BANK
	done := c.pollTopic(microTopic, fmt.Sprintf("timeoutSeconds=3600&highWaterMark=%d", last))
	other := c.poll("timeoutSeconds=3600&highWaterMark=0")
	c.good(http.MethodPost, "clock", fields{"run": "1000000x"}.json())
	got := <-done
	require.NoError(t, got.err)
	require.Len(t, got.notices, 1)
	require.Equal(t, "COMPLETE", got.notices[0].status())
	require.Equal(t, "2026-01-06T13:30:00.000+00:00", got.notices[0].DateTime)
	require.Empty(t, other, "it is no event of a transfer")
}

// TestALESurvives: events, their ids and their bytes are there after an export and an import
// elsewhere, and the ids go on from there.
func TestALESurvives(t *testing.T) {
	t.Parallel()
	emu, other := emulator.RunT(t), emulator.RunT(t)
	c, relationship := apex(t, emu, "")
	c.approve(c.deposit(relationship, "e-1", "10.50").text("transferId"))
	export := c.good(http.MethodGet, "export", "").Body
	there := newClient(t, other, "")
	there.jwt = c.jwt
	there.good(http.MethodPost, "import", export)
	for _, e := range []*emulator.Emulator{emu, other} {
		e.World("default").AdvanceBankingDays(3)
	}
	c.login()
	there.login()
	all := c.ale("")
	require.Len(t, all, 5)
	require.Equal(t, all, there.ale(""))
}

// TestALEForced: errors that rules and headers name come in Sentinel's form.
func TestALEForced(t *testing.T) {
	t.Parallel()
	c, _ := apex(t, emulator.RunT(t), "")
	path := "/ale/api/v1/read/" + transferTopic + "/TWEED"
	for code, status := range map[string]int{"NOT_AUTHORIZED": 401, "SERVER_ERROR": 500, "FORBIDDEN": 403} {
		got := c.get(path, "Tweed-Error", code)
		require.Equal(t, status, got.Status)
		require.NotEmpty(t, got.text("error"), got.Body)
	}
	c.good(http.MethodPost, "rules", `{"call": "GET /ale/api/v1/read/{topic}/{correspondent}", "times": 1,
		"where": {"streamType": "LONG_POLL"}, "then": {"error": "SERVER_ERROR"}}`)
	require.Equal(t, http.StatusOK, c.get(path).Status)
	require.Equal(t, http.StatusInternalServerError, c.get(path+"?streamType=LONG_POLL").Status)
	c.good(http.MethodDelete, "worlds/default", "")
	require.Equal(t, http.StatusUnauthorized, c.get(path).Status, "the session went with its world")
}
