package sentinel

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

const alePath = "/ale/api/v1/read/"

// ale reads a topic of APX1.
func (s *server) ale(topic, query string) (out []noticeBody) {
	s.t.Helper()
	r := s.get(alePath + topic + "/APX1?" + query)
	require.Equal(s.t, http.StatusOK, r.Status, r.Body)
	require.True(s.t, strings.HasPrefix(r.Body, "["), "a bare array: %s", r.Body)
	require.NoError(s.t, json.Unmarshal([]byte(r.Body), &out))
	return out
}

// TestALEPayloads: the members are those of section "events" of public clients, no more and no fewer.
func TestALEPayloads(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	paid := s.good(depositsPath, deposit(id, "2f1c6a1e-6f0e-4a0f-9a37-0a4b1f3f5d11", "100.50")).text("transferId")
	refused := s.good(withdrawalsPath, with(deposit(id, "w-1", 7), map[string]any{"disbursementType": "PARTIAL_BALANCE"})).
		text("transferId")
	s.good(simulationPath+paid+"/approve", nil)
	s.good(simulationPath+refused+"/reject", nil)
	s.good(relationshipsPath+"/"+id+"/cancel", map[string]any{"comment": "bye"})

	const now = `"timestamp":"2026-01-05T14:30:00.000Z"`
	relation := func(status string) string {
		return `{` + now + `,"relationshipId":"` + id + `","status":"` + status +
			`","correspondentCode":"APX1","approvalMethod":"PLAID","reason":null}`
	}
	transfer := func(id, external, direction, amount, status, reason string) string {
		return `{` + now + `,"transferId":"` + id + `","externalTransferId":"` + external + `","direction":"` + direction +
			`","transferMechanism":"ACH","account":"3AP05057","correspondentCode":"APX1","amount":` + amount +
			`,"status":"` + status + `","reason":` + reason + `}`
	}
	in := func(status string) string {
		return transfer(paid, "2f1c6a1e-6f0e-4a0f-9a37-0a4b1f3f5d11", "INCOMING", "100.50", status, "null")
	}
	out := func(status, reason string) string { return transfer(refused, "w-1", "OUTGOING", "7", status, reason) }
	for topic, wanted := range map[string][]string{
		topicRelationship: {relation("APPROVED"), relation("CANCELED")},
		topicTransfer:     {in("PENDING"), out("PENDING", "null"), in("APPROVED"), out("REJECTED", `"OTHER"`)},
		topicMicroDeposit: nil, "sentinel-wire-transfer-status": nil, "no-such-topic": nil,
	} {
		var got []string
		for _, n := range s.ale(topic, "") {
			got = append(got, n.Payload)
			require.Equal(t, "2026-01-05T14:30:00.000+00:00", n.DateTime)
		}
		require.Equal(t, wanted, got, topic)
	}
}

// TestALEReasons: of a return the code of Nacha, of a cancellation its reason.
func TestALEReasons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	relationships.Put(w, "r", relationship{ID: "r", Owner: "APX1", Status: relationshipApproved})
	returned := Transfer{ID: "1", Relationship: "r", State: Complete, ReturnCode: "R01"}
	_, err := returned.move(w, onReturn)
	require.NoError(t, err)
	relationship{
		ID: "r", Owner: "APX1", Status: relationshipCanceled, Cancellation: &cancellation{Reason: "EXHAUSTED"},
	}.publish(w)
	relationship{ID: "r", Owner: "APX1", Status: relationshipApproved, Nickname: "renamed"}.publish(w)
	var reasons []string
	for _, topic := range []string{topicTransfer, topicRelationship} {
		for _, n := range (aleQuery{topic: topic, owner: "APX1", limit: 10}).read(w) {
			var payload struct{ Reason, Status string }
			require.NoError(t, json.Unmarshal([]byte(n.Payload), &payload))
			reasons = append(reasons, payload.Status+" "+payload.Reason)
		}
	}
	require.Equal(t, []string{"RETURNED R01", "CANCELED EXHAUSTED"}, reasons, "the same status is no event")
}

// TestALEPaging: ids rise over all topics, and pages by highWaterMark give each event once.
func TestALEPaging(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	for n := range 5 {
		id := s.approvedRelationship()
		s.good(depositsPath, deposit(id, fmt.Sprint(n), n+1))
		s.advance(time.Hour)
	}
	all := map[string][]noticeBody{}
	seen := map[uint64]bool{}
	for _, topic := range []string{topicRelationship, topicTransfer} {
		all[topic] = s.ale(topic, "highWaterMark=1")
		require.Len(t, all[topic], 5)
		var mark uint64
		var paged []noticeBody
		for {
			page := s.ale(topic, fmt.Sprintf("highWaterMark=%d&limit=2", mark))
			for _, n := range page {
				require.Greater(t, n.ID, mark)
				mark = n.ID
				require.False(t, seen[n.ID], "one counter for all topics")
				seen[n.ID] = true
			}
			paged = append(paged, page...)
			if len(page) < 2 {
				break
			}
		}
		require.Equal(t, all[topic], paged)
	}
	for n := range 5 {
		require.Less(t, all[topicRelationship][n].ID, all[topicTransfer][n].ID)
	}
	require.Empty(t, s.ale(topicTransfer, "highWaterMark=18446744073709551615"))
	require.Equal(t, all[topicTransfer][2:], s.ale(topicTransfer, "sinceDateTime=2026-01-05T16:30:00Z"))
	require.Equal(t, all[topicTransfer][3:], s.ale(topicTransfer, "sinceDateTime=2026-01-05T11:30:01-05:00"))
	require.Equal(t, all[topicTransfer][3:], s.ale(topicTransfer, "sinceDateTime=2026-01-05T16:30:00.001"))
	require.Equal(t, all[topicTransfer][4:],
		s.ale(topicTransfer, fmt.Sprintf("sinceDateTime=2026-01-05&highWaterMark=%d", all[topicTransfer][3].ID)))
	require.Empty(t, s.ale(topicTransfer, "sinceDateTime=2026-01-06"))
}

// TestALEQuery: what cannot be is refused with the parameter's name.
func TestALEQuery(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	for query, field := range map[string]string{
		"highWaterMark=-1": "highWaterMark", "highWaterMark=1.5": "highWaterMark", "highWaterMark=x": "highWaterMark",
		"highWaterMark=18446744073709551616": "highWaterMark", "sinceDateTime=yesterday": "sinceDateTime",
		"sinceDateTime=2026-02-30": "sinceDateTime", "limit=0": "limit", "limit=-1": "limit", "limit=many": "limit",
		"timeoutSeconds=-1": "timeoutSeconds", "timeoutSeconds=1s": "timeoutSeconds", "streamType=SSE": "streamType",
		"streamType=long_poll": "streamType",
	} {
		r := s.get(alePath + topicTransfer + "/APX1?" + query)
		require.Equal(t, http.StatusBadRequest, r.Status, query)
		require.Contains(t, r.text("message"), "validation failed: "+field+" must be", query)
	}
	for _, query := range []string{
		"", "highWaterMark=&limit=&sinceDateTime=&streamType=&timeoutSeconds=", "limit=1000000", "timeoutSeconds=99999",
		"streamType=NONE", "other=1", "sinceDateTime=2026-01-05T14:30:00+00:00", "highWaterMark=%zz", "sinceDateTime=9999-12-31",
	} {
		require.Empty(t, s.ale(topicTransfer, query), query)
	}
}

// TestALEWho: a session's own correspondent, compared without case, and nobody else's topics.
func TestALEWho(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	require.Equal(t, http.StatusUnauthorized, s.get(alePath+topicTransfer+"/APX1").Status)
	enter := func(entity string) {
		s.token = s.good("/legit/api/v1/cc/token", map[string]any{"jws": alpaca("apex_api", entity, "secret")}).Body
	}
	enter("correspondent.apx1")
	s.approvedRelationship()
	own := s.ale(topicRelationship, "")
	require.Len(t, own, 1)
	require.Contains(t, own[0].Payload, `"correspondentCode":"APX1"`)
	require.JSONEq(t, s.get(alePath+topicRelationship+"/APX1").Body, s.get(alePath+topicRelationship+"/aPx1").Body)
	r := s.get(alePath + topicRelationship + "/APX2")
	require.Equal(t, http.StatusForbidden, r.Status)
	require.Equal(t, "the topics of APX2 do not belong to your correspondent", r.text("message"))

	enter("Correspondent.APX2")
	r = s.get(alePath + topicRelationship + "/APX2")
	require.Equal(t, http.StatusOK, r.Status)
	require.JSONEq(t, "[]", r.Body)
	require.Equal(t, http.StatusForbidden, s.get(alePath+topicRelationship+"/APX1").Status)
}

// TestALERoutes: a path that is none, and another method.
func TestALERoutes(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, alePath, http.StatusNotFound},
		{http.MethodGet, alePath + topicTransfer, http.StatusNotFound},
		{http.MethodGet, "/ale/api/v2/read/" + topicTransfer + "/APX1", http.StatusNotFound},
		{http.MethodPost, alePath + topicTransfer + "/APX1", http.StatusMethodNotAllowed},
	} {
		r := s.send(test.method, test.path, "")
		require.Equal(t, test.status, r.Status, test.path)
		require.NotNil(t, r.Fields, r.Body)
	}
}

// TestALEDeterminism: the same seed and calls give the same ids and bytes.
func TestALEDeterminism(t *testing.T) {
	t.Parallel()
	transcript := func(seed uint64) string {
		s := serve(t, option{seed: seed})
		s.logIn("apex_api")
		id := s.approvedRelationship()
		transfer := s.good(depositsPath, deposit(id, "e-1", "100.00")).text("transferId")
		s.good(simulationPath+transfer+"/approve", nil)
		s.microRelationship()
		s.advance(24 * time.Hour)
		s.record.Reset()
		require.Len(t, s.ale(topicRelationship, ""), 2)
		require.Len(t, s.ale(topicTransfer, "streamType=LONG_POLL&timeoutSeconds=3600"), 5)
		require.Len(t, s.ale(topicMicroDeposit, "streamType=LONG_POLL&timeoutSeconds=3600"), 5)
		return s.record.String()
	}
	one, again, other := transcript(1), transcript(1), transcript(2)
	require.Equal(t, one, again)
	require.NotEqual(t, one, other, "ids of relationships are the seed's")
}

// FuzzALEQuery: whatever the query, it is within its bounds, or refused by name.
func FuzzALEQuery(f *testing.F) {
	for _, seed := range []string{
		"", "highWaterMark=0&limit=1000&streamType=LONG_POLL&timeoutSeconds=10", "sinceDateTime=2026-01-05", "limit=-0",
		"sinceDateTime=2026-01-05T14:30:00.123456789+00:00", "highWaterMark=18446744073709551615", "limit=9e9&limit=1",
		"timeoutSeconds=%31&streamType=", "%zz=1", "limit=+5", "limit=٣", "sinceDateTime=0000-01-01T00:00:00-2359",
	} {
		f.Add(seed)
	}
	w, err := world.New("fuzz", world.Config{Seed: 1, Clock: world.Clock{Start: monday}}, func() time.Time { return monday })
	require.NoError(f, err)
	for range 3 {
		publish(w, topicTransfer, "APX1", "x")
	}
	f.Fuzz(func(t *testing.T, query string) {
		body, err := decode(&api.Request{Method: http.MethodGet, Query: query})
		require.NoError(t, err)
		c := &api.Call{World: w, Body: body, Params: map[string]string{"topic": topicTransfer, "correspondent": "apx1"}}
		q, err := aleQueryOf(c)
		if err != nil {
			failed, ok := errors.AsType[*catalogue.Error](err)
			require.True(t, ok)
			require.Equal(t, "VALIDATION_FAILED", failed.Row.Code)
			return
		}
		require.True(t, q.limit >= 1 && q.limit <= aleMaxLimit, query)
		require.True(t, q.patience >= 0 && q.patience <= aleMaxTimeout*time.Second, query)
		require.Equal(t, "APX1", q.owner)
		for _, n := range q.read(w) {
			require.Greater(t, n.ID, q.mark)
		}
		values, _ := url.ParseQuery(query)
		if values.Get("highWaterMark") == "" && q.since.Before(monday) {
			require.Len(t, q.read(w), min(3, q.limit))
		}
	})
}

// BenchmarkALERead: reading what is new costs what is new, however much there was before.
func BenchmarkALERead(b *testing.B) {
	for _, before := range []int{100, 100_000} {
		b.Run(fmt.Sprint(before), func(b *testing.B) {
			w, err := world.New("bench", world.Config{Seed: 1, Clock: world.Clock{Start: monday}}, time.Now)
			require.NoError(b, err)
			for range before {
				publish(w, topicTransfer, "APX1", "x")
				publish(w, topicRelationship, "APX1", "x")
			}
			w.Commit()
			q := aleQuery{topic: topicTransfer, owner: "APX1", mark: uint64(firstNotice + noticeGap*(2*before-20)), limit: 1000}
			require.Len(b, q.read(w), 10)
			for b.Loop() {
				q.read(w)
			}
		})
	}
}
