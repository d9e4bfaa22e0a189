-- SPDX-License-Identifier: Apache-2.0
-- wrk's side of tests/bench/run: every request is another message to another number.
--   wrk ... -s send.lua URL -- PATH FIRST [BODY]
-- PATH: the request, with {to} and {text} where these belong. FIRST: the first message's index.
-- BODY: how the body of a success begins; each answer is looked at only when it is given, since
-- that costs wrk a good part of its speed.
-- Prints at the end: requests failures p50_us p99_us

local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    path, index, expected = args[1], tonumber(args[2]), args[3]
    before, between, after = path:match('^(.-){to}(.-){text}(.*)$')
    -- Made by hand: wrk.format would cost as much as the rest of wrk.
    before = 'GET ' .. before .. '3361'
    between = between .. 'Your+parcel+'
    after = after .. ' HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
    wrong = 0
    if expected then
        response = function(status, headers, body)
            if body:sub(1, #expected) ~= expected then
                wrong = wrong + 1
                if wrong == 1 then
                    io.stderr:write('unexpected answer: ', status, ' ', body, '\n')
                end
            end
        end
    end
end

-- Every ending once: the simulated carrier treats those above 9900 in special ways.
local endings = {}
for n = 0, 9899 do
    endings[n] = string.format('%04d', n)
end
local middles = {}
for n = 0, 999 do
    middles[n] = string.format('%03d', n)
end
local floor = math.floor

function request()
    local n = index
    index = n + 1
    return before .. middles[floor(n / 9900) % 1000] .. endings[n % 9900] .. between .. n ..
        '+comes+tomorrow+between+9+and+11.+Track+it+with+code+' .. n * 7919 % 1000000 .. after
end

function done(summary, latency)
    local errors = summary.errors
    local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    for _, thread in ipairs(threads) do
        bad = bad + thread:get('wrong')
    end
    io.write(string.format('RESULT %d %d %d %d\n', summary.requests, bad,
        latency:percentile(50), latency:percentile(99)))
end
