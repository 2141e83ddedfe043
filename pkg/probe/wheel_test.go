package probe

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestWheelExpiresEveryTimerOnceAndInTime compares the wheel with a map, over random
// timers, removals and steps of the clock.
func TestWheelExpiresEveryTimerOnceAndInTime(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	now := Time(12345678901)
	w := newWheel(now)
	waiting := map[*Job]Time{}
	const tick = Time(1) << tickBits
	for range 20_000 {
		switch rnd.IntN(4) {
		case 0, 1:
			j := &Job{}
			due := now.Add(time.Duration(rnd.Int64N(1 << (10 + rnd.IntN(26)))))
			w.add(j, due)
			waiting[j] = due
		case 2:
			for j := range waiting {
				w.remove(j)
				delete(waiting, j)
				break
			}
		case 3:
			now = now.Add(time.Duration(rnd.Int64N(1 << (10 + rnd.IntN(24)))))
			w.expire(now, func(j *Job) {
				due, ok := waiting[j]
				if !ok || due > now {
					t.Fatalf("timer due %d expired at %d, running: %v", due, now, ok)
				}
				delete(waiting, j)
			})
			for j, due := range waiting {
				if due < now-tick {
					t.Fatalf("timer %p due %d did not expire by %d", j, due, now)
				}
			}
		}
		if w.n != len(waiting) {
			t.Fatalf("the wheel counts %d timers, there are %d", w.n, len(waiting))
		}
		if next := w.next(); len(waiting) > 0 {
			first := slices.Min(mapValues(waiting))
			if next > max(first, now)+2*tick {
				t.Fatalf("next is %d, but a timer is due at %d (now %d)", next, first, now)
			}
		} else if next != Never {
			t.Fatalf("next is %d with no timer", next)
		}
	}
}

func mapValues(m map[*Job]Time) []Time {
	var out []Time
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func TestWheelAddDuringExpire(t *testing.T) {
	w := newWheel(0)
	w.add(&Job{}, 5)
	expired := 0
	for now := Time(0); now < Time(time.Second); now += Time(2 * time.Millisecond) {
		w.expire(now, func(j *Job) {
			if expired++; expired < 4 {
				w.add(j, now.Add(100*time.Millisecond))
			}
		})
	}
	if expired != 4 || w.n != 0 {
		t.Errorf("%d timers expired and %d are left, want 4 and 0", expired, w.n)
	}
}
