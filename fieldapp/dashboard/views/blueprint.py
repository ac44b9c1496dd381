from flask import Blueprint

dashboard = Blueprint("dashboard", __name__)

ROWS = 50  # on one page of a list
