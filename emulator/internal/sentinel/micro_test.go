package sentinel

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

const microPath = "/sentinel/api/v1/test/simulation/micro_deposits/"

// microRelationship makes a relationship that waits for its micro-deposits.
func (s *server) microRelationship() string {
	s.t.Helper()
	r := s.good(relationshipsPath, with(sevenFields(), map[string]any{"approvalMethod": "MICRO_DEPOSIT"}))
	require.Equal(s.t, "PENDING", r.text("status"))
	return r.text("id")
}

// microAmounts reads the two amounts of the last pair.
func (s *server) microAmounts(id string) [2]json.Number {
	s.t.Helper()
	r := s.get(microPath + id)
	require.Equal(s.t, http.StatusOK, r.Status, r.Body)
	var pair []json.Number
	require.NoError(s.t, json.Unmarshal([]byte(r.Body), &pair))
	require.Len(s.t, pair, 2)
	return [2]json.Number(pair)
}

func told(one, two any) map[string]any {
	return map[string]any{"method": "MICRO_DEPOSIT", "amount1": one, "amount2": two}
}

func TestMicroDepositsRight(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v1", "v2"} {
		for name, order := range map[string]func(pair [2]json.Number) map[string]any{
			"numbers":     func(p [2]json.Number) map[string]any { return told(p[0], p[1]) },
			"other order": func(p [2]json.Number) map[string]any { return told(p[1], p[0]) },
			"strings":     func(p [2]json.Number) map[string]any { return told(p[0].String(), p[1].String()) },
			"mixed":       func(p [2]json.Number) map[string]any { return told(p[1].String()+"0", p[0]) },
		} {
			t.Run(version+" "+name, func(t *testing.T) {
				t.Parallel()
				s := serve(t, option{})
				s.logIn("apex_api")
				id := s.microRelationship()
				pair := s.microAmounts(id)
				r := s.good("/sentinel/api/"+version+"/ach_relationships/"+id+"/approve", order(pair))
				require.Equal(t, "APPROVED", r.text("status"))
				require.Equal(t, map[string]any{
					"approvalTime": "2026-01-05T14:30:00.000Z",
					"approvedBy": map[string]any{
						"userName": "apex_api", "userEntity": "correspondent.APX1", "userClass": "CLIENT_CREDENTIALS_USER",
					},
				}, r.object("approval"))
				require.Equal(t, r.Body, s.get(relationshipsPath+"/"+id).Body)
				require.Equal(t, pair, s.microAmounts(id))
				require.Contains(t, s.refused(relationshipsPath+"/"+id+"/approve", http.StatusBadRequest, order(pair)),
					"is APPROVED and cannot be approved")
				s.good(depositsPath, deposit(id, "e", 1))
			})
		}
	}
}

// TestMicroDepositsExhausted walks all three pairs, with what is refused on the way.
func TestMicroDepositsExhausted(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.microRelationship()
	approve, reissue := relationshipsPath+"/"+id+"/approve", relationshipsPath+"/"+id+"/reissue"
	var before [][2]json.Number
	for set := range 3 {
		pair := s.microAmounts(id)
		require.NotEqual(t, pair[0], pair[1])
		require.NotContains(t, before, pair)
		for try := range 3 {
			early := s.refused(reissue, http.StatusBadRequest, nil)
			require.Contains(t, early, map[bool]string{true: "two reissues are used", false: "tries left"}[set == 2])
			for _, no := range []map[string]any{
				told("0", pair[1]), told(pair[0], 1), told("-0.01", pair[1]), told(0.001, pair[1]), told(pair[0], "1.00"),
				with(told(pair[0], pair[1]), map[string]any{"method": "PLAID"}),
				{"method": "MICRO_DEPOSIT"},
				told(nil, nil),
			} {
				require.Contains(t, s.refused(approve, http.StatusBadRequest, no), "validation failed", "it is no try")
			}
			wrong := told(pair[try%2], pair[try%2])
			if len(before) > 0 {
				wrong = told(before[0][0], before[0][1])
			}
			require.Contains(t, s.refused(approve, http.StatusBadRequest, wrong),
				"tries left for this pair "+[]string{"2", "1", "0"}[try])
		}
		before = append(before, pair)
		if set < 2 {
			require.Contains(t, s.refused(approve, http.StatusBadRequest, told(pair[0], pair[1])), "has no tries left")
			require.Equal(t, "PENDING", s.get(relationshipsPath+"/"+id).text("status"))
			require.Equal(t, "PENDING", s.good(reissue, nil).text("status"))
		}
	}
	r := s.get(relationshipsPath + "/" + id)
	require.Equal(t, "CANCELED", r.text("status"))
	require.Equal(t, "EXHAUSTED_MICRO_DEPOSIT_ATTEMPTS", r.object("cancellation")["reason"])
	require.Nil(t, r.Fields["approval"])
	last := before[2]
	require.Contains(t, s.refused(approve, http.StatusBadRequest, told(last[0], last[1])), "is CANCELED")
	require.Contains(t, s.refused(reissue, http.StatusBadRequest, nil), "is CANCELED and cannot be reissued")
}

func TestMicroDepositsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	plaid := s.approvedRelationship()
	for _, path := range []string{"/approve", "/reissue"} {
		require.Contains(t, s.refused(relationshipsPath+"/"+plaid+path, http.StatusBadRequest, told(0.01, 0.02)),
			"was created with PLAID")
		require.Contains(t, s.refused(relationshipsPath+"/5e6f80963c3477ba9dc1f98a"+path, http.StatusNotFound, told(0.01, 0.02)),
			"not found")
	}
	require.Equal(t, http.StatusBadRequest, s.get(microPath+plaid).Status)
	require.Equal(t, http.StatusNotFound, s.get(microPath+"x").Status)
	id := s.microRelationship()
	s.good(relationshipsPath+"/"+id+"/cancel", map[string]any{"comment": "c"})
	require.Contains(t, s.refused(relationshipsPath+"/"+id+"/approve", http.StatusBadRequest, told(0.01, 0.02)), "is CANCELED")
}

// TestMicroPair: amounts are cents of one dollar, follow from the seed, and are moved with a world.
func TestMicroPair(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[[2]int64]bool{}
	for i := range 200 {
		id := string(rune('a'+i%26)) + string(rune('a'+i/26))
		for n := range microSets {
			pair := microPair(w, id, n)
			require.Equal(t, pair, microPair(w, id, n))
			require.NotEqual(t, pair[0], pair[1])
			for _, cents := range pair {
				require.Positive(t, cents)
				require.Less(t, cents, int64(100))
			}
			seen[pair] = true
		}
	}
	require.Greater(t, len(seen), 500)
	saved, err := w.Export()
	require.NoError(t, err)
	config := world.Config{Seed: 99}
	other, err := world.New("other", config, w.Now)
	require.NoError(t, err)
	require.NotEqual(t, microPair(w, "r", 0), microPair(other, "r", 0))
	require.NoError(t, other.Import(saved))
	require.Equal(t, microPair(w, "r", 0), microPair(other, "r", 0))
}

func TestRename(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	before := s.good(relationshipsPath, sevenFields())
	path := "/sentinel/api/v2/ach_relationships/" + before.text("id")
	r := s.send(http.MethodPut, path, `{"nickname":"new","account":"3AP00000","status":"CANCELED","bankAccount":"1"}`)
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	before.Fields["nickname"] = "new"
	require.Equal(t, before.Fields, r.Fields)
	require.Equal(t, r.Body, s.get(path).Body)
	for _, body := range []string{`{"nickname":""}`, `{"nickname":null}`, `{"nickname":1}`, `{}`, ``, `[]`} {
		r := s.send(http.MethodPut, path, body)
		require.Equal(t, http.StatusBadRequest, r.Status, body)
	}
	require.Equal(t, http.StatusNotFound, s.send(http.MethodPut, path+"0", `{"nickname":"x"}`).Status)
	require.Equal(t, http.StatusMethodNotAllowed, s.send(http.MethodPut, relationshipsPath+"/x", `{"nickname":"x"}`).Status,
		"v1 has no rename")
}

// TestSentinel2: the later generation's paths are other ways to the same records.
func TestSentinel2(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	const base = "/sentinel2-counterparty/api/v1/ach_relationships"
	made := s.good(base, sevenFields())
	id := made.text("id")
	require.Equal(t, made.Body, s.get(base+"/"+id).Body)
	require.Equal(t, made.Body, s.get(relationshipsPath+"/"+id).Body)
	require.JSONEq(t, "["+made.Body+"]", s.get(base+"?account=3AP05057&status=APPROVED").Body)
	require.JSONEq(t, "[]", s.get(base+"?account=3AP05057&status=PENDING").Body)
	in := s.good("/sentinel2/api/v1/transfers/achs/deposits", deposit(id, "d", 10))
	require.Equal(t, "INCOMING", in.text("direction"))
	require.Equal(t, "10", in.Fields["amount"].(json.Number).String())
	out := s.good("/sentinel2/api/v1/transfers/achs/withdrawals",
		with(deposit(id, "w", 5), map[string]any{"disbursementType": "PARTIAL_BALANCE"}))
	require.Equal(t, "OUTGOING", out.text("direction"))
	canceled := s.good(base+"/"+id+"/cancel", map[string]any{"comment": "c"})
	require.Equal(t, "CANCELED", canceled.text("status"))
	require.NotNil(t, canceled.object("cancellation")["cancelledBy"])
}
