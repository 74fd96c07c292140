"""Makes the CSV files in data/: noon reports of ships on passage, and readings of wind turbines. Always the same."""

import csv
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
SHIPS = (
    (9074729, 55.6, 4.1, 62),
    (9241061, 36.9, 15.2, 118),
    (9319466, 1.2, 103.9, 285),
    (9454436, 51.9, 3.8, 251),
    (9506394, 29.1, -88.9, 95),
    (9632064, 35.3, 139.7, 110),
    (9700548, -33.9, 18.3, 322),
    (9811000, 12.7, 44.9, 78),
)
DAYS = 90
TURBINES = 12
READINGS = 60
_RATED_KW, _CUT_IN, _RATED_WIND, _CUT_OUT = 3600.0, 3.5, 13.0, 25.0


def noon_reports(chance: random.Random) -> list[list[str]]:
    """One report a ship and day: position, distance and speed since the last, fuel, wind."""
    rows: list[list[str]] = []
    for imo, *position, course in SHIPS:
        latitude, longitude = position
        for day in range(DAYS):
            wind = min(11, max(0, round(chance.gauss(4.5, 1.8))))
            speed = max(0.0, chance.gauss(13.2, 0.9) - 0.25 * max(0, wind - 4))
            hours = 24.0
            distance = speed * hours
            angle = math.radians(course + 18 * math.sin(day / 9))
            latitude = max(-60.0, min(65.0, latitude + distance * math.cos(angle) / 60 / 8))
            longitude = (longitude + distance * math.sin(angle) / 60 / 8 + 180) % 360 - 180
            fuel = 0.0098 * speed**3 * (1 + 0.03 * max(0, wind - 4)) + chance.gauss(0, 0.4)
            remarks = "Reduced speed, heavy swell" if wind >= 8 else ""
            moment = (BEGIN + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")
            numbers = [f"{latitude:.4f}", f"{longitude:.4f}", f"{distance:.1f}", f"{speed:.1f}", f"{fuel:.2f}"]
            rows.append([str(imo), moment, *numbers, str(wind), remarks])
    return rows


def wind_turbine_readings(chance: random.Random) -> list[list[str]]:
    """Ten-minute readings: power follows the wind by the usual curve."""
    rows: list[list[str]] = []
    for step in range(READINGS):
        park_wind = 9 + 4 * math.sin(step / 14) + chance.gauss(0, 0.5)
        for turbine in range(1, TURBINES + 1):
            wind = max(0.0, park_wind + chance.gauss(0, 0.7))
            share = (
                0.0 if not _CUT_IN <= wind < _CUT_OUT else min(1.0, ((wind - _CUT_IN) / (_RATED_WIND - _CUT_IN)) ** 2.4)
            )
            status = "STOPPED" if share == 0 else "RATED" if share == 1 else "RUNNING"
            moment = (BEGIN + timedelta(minutes=10 * step)).strftime("%Y-%m-%dT%H:%M:%SZ")
            rotor = 0.0 if share == 0 else 5.5 + 7.5 * share**0.5
            numbers = [
                f"{_RATED_KW * share:.1f}",
                f"{wind:.1f}",
                f"{rotor:.1f}",
                f"{28 + 14 * share + chance.gauss(0, 0.6):.1f}",
            ]
            rows.append([f"HR2-{turbine:02}", moment, *numbers, status])
    return rows


def write(name: str, header: str, rows: list[list[str]]) -> None:
    """Write one file."""
    with (DATA / name).open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def main() -> None:
    """Make both."""
    noon = (
        "imo_number,report_time,latitude,longitude,distance_nm,speed_knots,main_engine_fuel_mt,wind_force_bft,remarks"
    )
    wind = "turbine_id,measured_at,power_kw,wind_speed_ms,rotor_rpm,nacelle_temp_c,status"
    write("noon_reports.csv", noon, noon_reports(random.Random(7)))
    write("wind_turbine_readings.csv", wind, wind_turbine_readings(random.Random(11)))


if __name__ == "__main__":
    main()
