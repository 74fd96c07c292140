"""CSV files with the columns of the emulator's two demo datasets."""

NOON_COLUMNS = (
    "imo_number,report_time,latitude,longitude,distance_nm,speed_knots,main_engine_fuel_mt,wind_force_bft,remarks"
)
NOON_SCHEMA = [
    {"name": "imo_number", "type": "Int32", "is_key": True},
    {"name": "report_time", "type": "DateTime", "is_key": True},
    *({"name": one, "type": "Decimal"} for one in ("latitude", "longitude", "distance_nm", "speed_knots")),
    {"name": "main_engine_fuel_mt", "type": "Decimal"},
    {"name": "wind_force_bft", "type": "Int32"},
    {"name": "remarks", "type": "String"},
]
"""The columns of a schema for `NOON_COLUMNS`, as a program declares them."""
WIND_COLUMNS = "turbine_id,measured_at,power_kw,wind_speed_ms,rotor_rpm,nacelle_temp_c,status"


def csv_of(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


def noon_report(day: int, speed: object = 12.5, *, remarks: str = "") -> str:
    return f"9300001,2026-01-{day:02}T12:00:00Z,57.05,9.92,300.0,{speed},21.4,4,{remarks}"


def noon_reports(*lines: str) -> str:
    """A file for the keyed dataset; three reports unless told."""
    return csv_of(NOON_COLUMNS, *(lines or [noon_report(day) for day in (1, 2, 3)]))


def wind_reading(minute: int, *, turbine: str = "WT-1") -> str:
    return f"{turbine},2026-01-01T{minute // 60 % 24:02}:{minute % 60:02}:00Z,1500.5,9.1,12.0,31.5,RUNNING"


def wind_readings(count: int = 2, *, turbine: str = "WT") -> str:
    """A file for the keyless dataset, of a turbine for each row."""
    return csv_of(WIND_COLUMNS, *(wind_reading(i, turbine=f"{turbine}-{i}") for i in range(count)))
