package api

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// entry is one that costs size bytes.
func entry(world string, n uint64, size int) *Entry {
	return &Entry{World: world, N: n, Request: make([]byte, size-entryOverhead)}
}

func numbers(entries []Entry) (out []uint64) {
	for _, e := range entries {
		out = append(out, e.N)
	}
	return out
}

func TestJournalBound(t *testing.T) {
	t.Parallel()
	j := NewJournal(10 * 1000)
	for n := range uint64(25) {
		j.Add(entry("w", n+1, 1000))
	}
	entries, gone := j.Read(Filter{})
	require.Equal(t, uint64(15), gone)
	require.Equal(t, []uint64{16, 17, 18, 19, 20, 21, 22, 23, 24, 25}, numbers(entries), "oldest first, the newest stay")
	require.Equal(t, uint64(16), entries[0].Seq)

	j.Add(entry("w", 26, 5000))
	entries, gone = j.Read(Filter{})
	require.Equal(t, []uint64{21, 22, 23, 24, 25, 26}, numbers(entries), "a large one drives out several")
	require.Equal(t, uint64(20), gone)

	j.Add(entry("w", 27, 10_001))
	entries, gone = j.Read(Filter{})
	require.Empty(t, entries, "one that is larger than all room does not stay")
	require.Equal(t, uint64(27), gone)
	j.Add(entry("w", 28, 1000))
	entries, _ = j.Read(Filter{})
	require.Equal(t, []uint64{28}, numbers(entries))
	require.Equal(t, uint64(28), entries[0].Seq)

	j.Clear("w")
	require.Equal(t, uint64(28), j.Count(), "what is cleared did come")
}

func TestJournalOff(t *testing.T) {
	t.Parallel()
	j := NewJournal(0)
	j.Add(entry("w", 1, entryOverhead))
	entries, gone := j.Read(Filter{})
	require.Empty(t, entries)
	require.Equal(t, uint64(1), gone)

	l := newLab(t, func(l *lab) { l.Journal = nil })
	require.Equal(t, 200, l.post(pathGet, `{}`).Status)
}

// The ring grows and wraps around without losing order.
func TestJournalGrowth(t *testing.T) {
	t.Parallel()
	for _, room := range []int{1, 63, 64, 65, 127, 128, 129, 200} {
		j := NewJournal(room * entryOverhead)
		for n := range uint64(300) {
			j.Add(entry("w", n+1, entryOverhead))
			if n%7 != 0 && int(n) != room {
				continue
			}
			entries, gone := j.Read(Filter{})
			kept := min(int(n)+1, room)
			require.Len(t, entries, kept)
			require.Equal(t, n+1-uint64(kept), gone)
			require.Equal(t, n+2-uint64(kept), entries[0].N)
			require.Equal(t, n+1, entries[kept-1].N)
		}
	}
}

// Small entries after large ones make a ring grow that begins in its middle.
func TestJournalGrowthOfWrappedRing(t *testing.T) {
	t.Parallel()
	j := NewJournal(250 * 1000)
	for n := range uint64(60) {
		j.Add(entry("w", n+1, 5000))
	}
	for n := range uint64(300) {
		j.Add(entry("w", n+61, entryOverhead))
	}
	entries, _ := j.Read(Filter{})
	require.Greater(t, len(entries), 256)
	for n, e := range entries {
		require.Equal(t, uint64(360-len(entries)+n+1), e.N)
	}
}

func TestJournalClear(t *testing.T) {
	t.Parallel()
	j := NewJournal(100 * 1000)
	fill := func(from uint64) {
		for n := range uint64(90) {
			j.Add(entry([]string{"a", "b", "c"}[n%3], from+n, 1000))
		}
	}
	fill(1)
	fill(91) // wrapped around
	j.Clear("b")
	entries, gone := j.Read(Filter{})
	require.Equal(t, uint64(53), gone, "what is cleared is not counted as driven out, and b's calls are forgotten")
	require.Len(t, entries, 67)
	for n, e := range entries {
		require.NotEqual(t, "b", e.World)
		require.True(t, n == 0 || entries[n-1].Seq < e.Seq)
	}
	fill(181)
	entries, _ = j.Read(Filter{})
	require.Len(t, entries, 100, "the room of what was cleared is free")
	require.Equal(t, uint64(270), entries[99].N)
	j.Clear("no such world")
	entries, _ = j.Read(Filter{})
	require.Len(t, entries, 100)
	j.Clear("")
	entries, _ = j.Read(Filter{})
	require.Empty(t, entries)
	fill(271)
	entries, _ = j.Read(Filter{})
	require.Len(t, entries, 90)
	require.Equal(t, uint64(271), entries[0].Seq, "numbering goes on")
}

func TestJournalFilter(t *testing.T) {
	t.Parallel()
	j := NewJournal(1 << 20)
	for n := range uint64(12) {
		e := &Entry{N: n + 1, World: "w1", Path: "/a", Op: "opA", Client: "c1", Family: "plaid", Status: 200}
		if n%2 == 1 {
			e.World, e.Path, e.Op = "w2", "/b", "opB"
		}
		if n%3 == 2 {
			e.Code, e.Client, e.Status, e.Rule = "ITEM_LOGIN_REQUIRED", "c2", 400, "login"
		}
		if n%4 == 3 {
			e.Family, e.Fates = "sentinel", []string{"bounce"}
			e.About = aboutMap{"account": "3TW" + string(rune('0'+n%8)), "client_user_id": "u-1", "amount_cents": int64(5)}
		}
		j.Add(e)
	}
	for _, test := range []struct {
		filter Filter
		want   []uint64
	}{
		{Filter{World: "w1"}, []uint64{1, 3, 5, 7, 9, 11}},
		{Filter{Path: "/b"}, []uint64{2, 4, 6, 8, 10, 12}},
		{Filter{Op: "opB", Last: 2}, []uint64{10, 12}},
		{Filter{Code: "ITEM_LOGIN_REQUIRED"}, []uint64{3, 6, 9, 12}},
		{Filter{Client: "c2", World: "w2"}, []uint64{6, 12}},
		{Filter{Since: 10}, []uint64{11, 12}},
		{Filter{Since: 99}, nil},
		{Filter{Last: 1}, []uint64{12}},
		{Filter{Last: 99, Since: 10}, []uint64{11, 12}},
		{Filter{World: "w3"}, nil},
		{Filter{Family: "sentinel"}, []uint64{4, 8, 12}},
		{Filter{Status: 400, Family: "plaid"}, []uint64{3, 6, 9}},
		{Filter{Rule: "login", World: "w2"}, []uint64{6, 12}},
		{Filter{Rule: "bounce"}, []uint64{4, 8, 12}},
		{Filter{Facts: map[string]string{"client_user_id": "u-1", "account": "3TW3"}}, []uint64{4, 12}},
		{Filter{Facts: map[string]string{"account": "3TW"}}, nil},
		{Filter{Facts: map[string]string{"item": ""}}, nil},
	} {
		entries, _ := j.Read(test.filter)
		require.Equal(t, test.want, numbers(entries), "%+v", test.filter)
	}
}

// What is read is a copy: a reader cannot change the journal.
func TestJournalConcurrent(t *testing.T) {
	t.Parallel()
	j := NewJournal(50 * 1000)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range uint64(200) {
				j.Add(entry("w", n, 1000))
				entries, _ := j.Read(Filter{Last: 5})
				for i := range entries {
					entries[i].World = "changed"
				}
				if n == 100 {
					j.Clear("x")
				}
			}
		})
	}
	wg.Wait()
	entries, gone := j.Read(Filter{World: "w"})
	require.Len(t, entries, 50)
	require.Equal(t, uint64(750), gone)
	require.Equal(t, uint64(800), entries[49].Seq)
}

// The entry of a call, with the secret taken out.
func TestJournalEntry(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	l.post(pathRefuse+"?secret=s3cr3t&x=1", `{"client_id":"c@w","secret":"s3cr3t","item":"i"}`)
	entries := l.entries()
	require.Len(t, entries, 1)
	e := entries[0]
	require.NotEmpty(t, e.Sent.Get("User-Agent"))
	require.Equal(t, l.http.URL, e.Base)
	require.Equal(t, Nothing{}, e.About)
	require.Equal(t, uint64(1), e.Attempt)
	require.Equal(t, strings.TrimPrefix(l.http.URL, "http://"), e.Host)
	e.Sent, e.Base, e.Host, e.About, e.Attempt, e.Turn, e.cost = nil, "", "", nil, 0, 0, 0
	require.Equal(t, Entry{
		Seq: 1, N: 1, World: "w", Time: monday, Family: "test", Op: "item_public_token_exchange", Method: "POST",
		Path: pathRefuse, Route: pathRefuse, Query: "secret=%5Bredacted%5D&x=1", Client: "c", Status: 400,
		Code: "ITEM_LOGIN_REQUIRED", Type: "ITEM_ERROR", Reply: e.Reply, Headers: e.Headers,
		Request: []byte(`{"client_id":"c@w","secret":"[redacted]","item":"i"}`),
	}, e)
	require.True(t, json.Valid(e.Reply))
	require.Contains(t, e.Headers, Header{"Tweed-Depth", "stateful"})
}

// What is said to be gone is what the answer might lack.
func TestJournalGone(t *testing.T) {
	t.Parallel()
	j := NewJournal(10 * 1000)
	for n := range uint64(20) {
		world := "a"
		if n < 4 {
			world = "b"
		}
		j.Add(entry(world, n+1, 1000))
	}
	for _, test := range []struct {
		filter Filter
		want   uint64
	}{
		{Filter{}, 10},
		{Filter{World: "a"}, 6},
		{Filter{World: "b"}, 4},
		{Filter{World: "c"}, 0},
		{Filter{World: "a", Path: "/x"}, 6},
		{Filter{Since: 9}, 10},
		{Filter{Since: 10}, 0},
		{Filter{World: "b", Since: 4}, 0},
		{Filter{World: "b", Since: 3}, 4},
		{Filter{Last: 10}, 0},
		{Filter{Last: 11}, 10},
	} {
		_, gone := j.Read(test.filter)
		require.Equal(t, test.want, gone, "%+v", test.filter)
	}
	j.Clear("a")
	_, gone := j.Read(Filter{})
	require.Equal(t, uint64(4), gone)
}

// aboutMap is what a call of a test is about.
type aboutMap map[string]any

func (m aboutMap) Fact(name string) (any, bool) {
	value, ok := m[name]
	return value, ok
}

func (m aboutMap) Subject() string { return "" }

// TestEntryFact: an entry answers what a rule could ask when the call came.
func TestEntryFact(t *testing.T) {
	t.Parallel()
	ask := func(e Entry, name string) any {
		value, ok := e.Fact(name)
		if !ok {
			return "nothing"
		}
		return value
	}
	e := Entry{
		World: "w", Client: "c", About: aboutMap{"item": "i-1", "access_token": "x", "count_x": 1}, Attempt: 3,
		Request: []byte(`{"access_token":"a","account_id":null,"count":2,"item":{"x":1}}`),
	}
	require.Equal(t, []any{"w", "c", uint64(3), "i-1", "a", nil, json.Number("2"), "nothing"}, []any{
		ask(e, "world"), ask(e, "client_id"), ask(e, "attempt"), ask(e, "item"), ask(e, "access_token"), ask(e, "account_id"),
		ask(e, "count"), ask(e, "x"),
	})
	require.Equal(t, "nothing", ask(Entry{}, "attempt"))
	require.Equal(t, "nothing", ask(Entry{}, "client_id"))
	require.Equal(t, "t", ask(Entry{Request: []byte("public_token=t&x=1")}, "public_token"))
	require.Equal(t, "3AP", ask(Entry{Query: "account=3AP"}, "account"))
	require.Equal(t, []string{"r", "f"}, (&Entry{Rule: "r", Fates: []string{"f"}}).Rules())
	require.Nil(t, (&Entry{}).Rules())
}

// TestFollower: who follows gets each entry once, in order, and learns of what was lost.
func TestFollower(t *testing.T) {
	t.Parallel()
	j := NewJournal(10 * 1000)
	add := func(from, to uint64) {
		for n := from; n <= to; n++ {
			j.Add(entry([]string{"even", "odd"}[n%2], n, 1000))
		}
	}
	add(1, 4)
	all, odd := j.Follow(Filter{}, false), j.Follow(Filter{World: "odd"}, false)
	entries, lost, grown := all.Next(10)
	require.Empty(t, entries, "what was before is not asked for")
	require.Zero(t, lost)
	select {
	case <-grown:
		t.Fatal("nothing was added")
	default:
	}
	add(5, 7)
	<-grown
	entries, _, grown = all.Next(2)
	require.Equal(t, []uint64{5, 6}, numbers(entries))
	require.Nil(t, grown, "there may be more")
	entries, _, _ = all.Next(2)
	require.Equal(t, []uint64{7}, numbers(entries))
	entries, _, _ = odd.Next(10)
	require.Equal(t, []uint64{5, 7}, numbers(entries))

	add(8, 27) // 8 to 17 leave unread
	entries, lost, _ = all.Next(3)
	require.Equal(t, []uint64{18, 19, 20}, numbers(entries))
	require.Equal(t, uint64(10), lost)
	entries, lost, _ = odd.Next(10)
	require.Equal(t, []uint64{19, 21, 23, 25, 27}, numbers(entries))
	require.Equal(t, uint64(5), lost)
	_, lost, _ = odd.Next(10)
	require.Zero(t, lost, "it is told once")

	for _, test := range []struct {
		filter Filter
		resume bool
		lost   uint64
		want   []uint64
	}{
		{Filter{Since: 25}, true, 0, []uint64{26, 27}},
		{Filter{Since: 15}, true, 2, []uint64{18, 19, 20, 21, 22, 23, 24, 25, 26, 27}},
		{Filter{Since: 0, World: "even"}, true, 17, []uint64{18, 20, 22, 24, 26}},
		{Filter{Since: 99}, true, 0, nil},
		{Filter{Last: 3, World: "even"}, false, 0, []uint64{22, 24, 26}},
		{Filter{Last: 99, World: "even"}, false, 0, []uint64{18, 20, 22, 24, 26}},
	} {
		f := j.Follow(test.filter, test.resume)
		entries, lost, _ := f.Next(99)
		require.Equal(t, test.want, numbers(entries), "%+v", test)
		require.Equal(t, test.lost, lost, "%+v", test)
		f.Close()
	}
	all.Close()
	odd.Close()
	require.Empty(t, j.followers)
}
