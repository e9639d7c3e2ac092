package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tweed/emulator"
	"tweed/emulator/internal/wall"
)

// link is the body of a call that makes a public token.
const link = `{` + keys + `,"institution_id":"ins_109508","initial_products":["auth"]}`

const keys = `"client_id":"000000000000000000007eed","secret":"0000000000000000000000000000ed"`

// prepare makes an Item and returns the body of the measured call.
func prepare(url string) ([]byte, error) {
	token := "access-sandbox-00000000-0000-4000-8000-000000000000"
	public, err := field(url+"/sandbox/public_token/create", link, "public_token")
	if err != nil {
		return nil, err
	}
	exchange := `{` + keys + `,"public_token":"` + public + `"}`
	if got, err := field(url+"/item/public_token/exchange", exchange, "access_token"); err == nil {
		token = got // the floor answers without one
	}
	return []byte(`{` + keys + `,"access_token":"` + token + `"}`), nil
}

func field(url, body, name string) (string, error) {
	resp, err := http.Post(url, "application/json", strings.NewReader(body)) //nolint:noctx // our own child
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var fields map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&fields); err != nil {
		return "", err
	}
	text, ok := fields[name].(string)
	if !ok {
		return "", fmt.Errorf("%s answered without %s: %v", url, name, fields)
	}
	return text, nil
}

// hammer sends requests over kept connections for the length of a pass.
func hammer(url string, body []byte) (n int64, took time.Duration) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	var done atomic.Int64
	var group sync.WaitGroup
	began := wall.Now()
	for range connections {
		group.Go(func() {
			for wall.Since(began) < passTime {
				resp, err := client.Post(url, "application/json", bytes.NewReader(body)) //nolint:noctx // bounded by the pass
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					done.Add(1)
				}
			}
		})
	}
	group.Wait()
	client.CloseIdleConnections()
	return done.Load(), wall.Since(began)
}

// worldSizes are the numbers of Items between which the cost of a call is compared.
var worldSizes = []int{1, 10_000}

// inProcess measures a call without a network in worlds of different size, and what an
// Item costs in memory.
func inProcess() error {
	var perCall []float64
	for _, size := range worldSizes {
		emu, err := emulator.New(emulator.Options{JournalBytes: -1})
		if err != nil {
			return err
		}
		before := heap()
		token := ""
		for range size {
			public := call(emu, "/sandbox/public_token/create", link, "public_token")
			body := `{` + keys + `,"public_token":"` + public + `"}`
			token = call(emu, "/item/public_token/exchange", body, "access_token")
		}
		if size > 1 {
			fmt.Printf("memory per Item      %d bytes, with its two tokens (%d Items)\n", (heap()-before)/size, size)
		}
		const calls = 20_000
		began := wall.Now()
		for range calls {
			call(emu, "/item/get", `{`+keys+`,"access_token":"`+token+`"}`, "")
		}
		perCall = append(perCall, float64(wall.Since(began).Nanoseconds())/calls)
		runtime.KeepAlive(emu)
	}
	fmt.Printf("/item/get in process %.1f µs in a world of %d Item, %.1f µs in one of %d (ratio %.2f)\n",
		perCall[0]/1e3, worldSizes[0], perCall[1]/1e3, worldSizes[1], perCall[1]/perCall[0])
	return nil
}

func call(h http.Handler, path, body, name string) string {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	if name == "" {
		return ""
	}
	var fields map[string]any
	_ = json.Unmarshal(rec.Body.Bytes(), &fields) // an empty token shows in what follows
	text, _ := fields[name].(string)
	return text
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc) //nolint:gosec // far below the limit
}
